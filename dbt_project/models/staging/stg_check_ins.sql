{{ current_rows('check_ins') }}
