{{ current_rows('points') }}
