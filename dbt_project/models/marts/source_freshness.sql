{# Every source has a row, also one of which nothing ever came: that is what a late source looks like. #}
with files as (
    select
        source,
        coalesce(division_key, '') as division_key,
        count(*) as files,
        max(file_date) as newest_file_on
    from {{ ref('stg_files') }}
    where status = 'loaded' and source is not null
    group by source, coalesce(division_key, '')
),

deliveries as (
    select * from {{ ref('fct_deliveries') }}
),

sources as (
    {% for source_name, contract in contracts().items() %}
    {% if not loop.first %}union all{% endif %}
    select
        '{{ source_name }}' as source,
        '{{ contract.mode }}' as mode
    {% endfor %}
),

divisions as (
    select
        source,
        division_key
    from files
    union
    select
        source,
        division_key
    from deliveries
)

select
    sources.source,
    coalesce(divisions.division_key, '') as division_key,
    sources.mode,
    coalesce(files.files, 0) as files,
    coalesce(deliveries.current_rows, 0) as rows,
    deliveries.newest_on,
    files.newest_file_on
from sources
left join divisions on sources.source = divisions.source
left join files on divisions.source = files.source and divisions.division_key = files.division_key
left join deliveries on divisions.source = deliveries.source and divisions.division_key = deliveries.division_key
