{# Every source has a row, also one of which nothing ever came: that is what a late source looks like. #}
with deliveries as (
    select * from {{ ref('fct_deliveries') }}
),

files as (
    select
        source,
        coalesce(division_key, '') as division_key,
        count(*) as files,
        max(file_date) as newest_file_on
    from {{ ref('stg_files') }}
    where status = 'loaded'
    group by source, coalesce(division_key, '')
)

select
    deliveries.source,
    deliveries.division_key,
    deliveries.mode,
    coalesce(files.files, 0) as files,
    deliveries.current_rows as rows,
    deliveries.newest_on,
    files.newest_file_on
from deliveries
left join files on deliveries.source = files.source and deliveries.division_key is not distinct from files.division_key
