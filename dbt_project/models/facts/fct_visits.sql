{#
    A view: each mart reads the few columns it needs, which is cheaper than writing all of them once more. The registers
    are grouped by their key: the engine then sees that a join cannot repeat a visit, and leaves it out where the flag is
    not read.
#}
with visits as (
    select * from {{ ref('stg_visits') }}
),

divisions as (
    select
        division_code,
        min(jurisdiction) as jurisdiction
    from {{ ref('reg_divisions') }}
    group by division_code
),

elders as (
    select
        elder_id,
        true as is_registered
    from {{ ref('reg_elder_versions') }}
    group by elder_id
),

workers as (
    select
        worker_id,
        true as is_registered
    from {{ ref('reg_workers') }}
    group by worker_id
),

providers as (
    select
        provider_id,
        true as is_registered
    from {{ ref('reg_providers') }}
    group by provider_id
)

select
    {{ columns_with_units('visits', 'visits') }}
    divisions.jurisdiction,
    cast(visits.started_at as date) as service_date,
    {{ month_start('visits.started_at') }} as service_month,
    {{ minutes_between('visits.started_at', 'visits.ended_at') }} as minutes,
    visits.programme = 'purchased_service' and visits.subsidy_amount > 0 as is_public,
    coalesce(elders.is_registered, false) as is_elder_registered,
    coalesce(workers.is_registered, false) as is_worker_registered,
    coalesce(providers.is_registered, false) as is_provider_registered,
    {{ evidence('visits') }}
from visits
left join divisions on visits.division_code = divisions.division_code
left join elders on visits.elder_id = elders.elder_id
left join workers on visits.worker_id = workers.worker_id
left join providers on visits.provider_id = providers.provider_id
