{{ current_rows('ability_assessments') }}
