{{ current_rows('payments') }}
