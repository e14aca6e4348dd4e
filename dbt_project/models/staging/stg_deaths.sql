{{ current_rows('deaths') }}
