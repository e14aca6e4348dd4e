{{ current_rows('settlement_lines') }}
