{# A view: each mart reads the few columns it needs, which is cheaper than writing all of them once more. #}
with visits as (
    select * from {{ ref('stg_visits') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('visits', 'visits') }}
    divisions.jurisdiction,
    cast(visits.started_at as date) as service_date,
    {{ month_start('visits.started_at') }} as service_month,
    {{ minutes_between('visits.started_at', 'visits.ended_at') }} as minutes,
    visits.programme = 'purchased_service' and visits.subsidy_amount > 0 as is_public,
    {{ evidence('visits') }}
from visits
left join divisions on visits.division_code = divisions.division_code
