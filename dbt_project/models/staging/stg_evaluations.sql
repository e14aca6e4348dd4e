{{ current_rows('evaluations') }}
