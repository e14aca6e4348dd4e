{{ current_rows('lottery_funds') }}
