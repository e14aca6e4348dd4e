{{ current_rows('residential_areas') }}
