{{ current_rows('stays') }}
