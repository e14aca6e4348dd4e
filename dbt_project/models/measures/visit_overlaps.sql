select * from ({{ overlaps('S01', 'worker_number', 'elder_number', 'is_group_service_s01') }})
union all
select * from ({{ overlaps('S02', 'elder_number', 'worker_number', 'is_left_out_s02') }})
