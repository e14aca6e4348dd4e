{{ current_rows('division_statistics') }}
