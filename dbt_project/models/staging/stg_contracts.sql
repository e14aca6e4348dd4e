{{ current_rows('contracts') }}
