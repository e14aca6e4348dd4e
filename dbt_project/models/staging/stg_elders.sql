{{ current_rows('elders') }}
