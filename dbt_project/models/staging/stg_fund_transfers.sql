{{ current_rows('fund_transfers') }}
