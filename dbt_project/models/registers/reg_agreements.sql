{{ newest_version('agreements') }}
