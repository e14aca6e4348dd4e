{{ newest_version('residential_areas') }}
