{{ current_rows('satisfaction_surveys') }}
