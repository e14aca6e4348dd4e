{{ overlaps('S01', 'worker_id', 'elder_id', 'kinds.is_group_service_s01') }}
union all
{{ overlaps('S02', 'elder_id', 'worker_id', 'kinds.is_group_service_s02 or kinds.is_for_two_workers') }}
