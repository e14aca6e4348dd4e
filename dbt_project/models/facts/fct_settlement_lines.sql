with lines as (
    select * from {{ ref('stg_settlement_lines') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('settlement_lines', 'lines') }}
    divisions.jurisdiction,
    {{ evidence('lines') }}
from lines
left join divisions on lines.division_code = divisions.division_code
