with statistics as (
    select * from {{ ref('stg_division_statistics') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('division_statistics', 'statistics') }}
    divisions.division_key,
    divisions.jurisdiction,
    statistics.year = max(statistics.year) over (partition by statistics.division_code) as is_newest,
    {{ evidence('statistics') }}
from statistics
left join divisions on statistics.division_code = divisions.division_code
