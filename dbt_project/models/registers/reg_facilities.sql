{{ newest_version('facilities') }}
