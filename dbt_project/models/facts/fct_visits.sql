{#
    A view: each mart reads the few columns it needs, which is cheaper than writing all of them once more. The registers
    are asked with `in`, which neither repeats a visit nor costs anything where a flag is not read.
#}
with elders as (
    select * from {{ ref('reg_elder_versions') }}
),

workers as (
    select * from {{ ref('reg_workers') }}
),

providers as (
    select * from {{ ref('reg_providers') }}
),

visits as (
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
    visits.elder_id in (select elders.elder_id from elders) as is_elder_registered,
    visits.worker_id in (select workers.worker_id from workers) as is_worker_registered,
    visits.provider_id in (select providers.provider_id from providers)
        as is_provider_registered,
    {{ evidence('visits') }}
from visits
left join divisions on visits.division_code = divisions.division_code
