{{ current_rows('complaints') }}
