{{ current_rows('health_checks') }}
