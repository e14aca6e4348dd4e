{{ current_rows('providers') }}
