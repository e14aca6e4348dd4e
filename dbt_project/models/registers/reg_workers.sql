{{ newest_version('workers') }}
