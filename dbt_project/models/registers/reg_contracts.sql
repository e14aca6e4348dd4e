{{ newest_version('contracts') }}
