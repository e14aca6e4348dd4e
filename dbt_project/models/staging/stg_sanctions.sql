{{ current_rows('sanctions') }}
