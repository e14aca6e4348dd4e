{#
    Apart from fct_visits, whose readers would pay for the registers even where they do not ask for them: the engine does
    not drop an unread join from within a view.
#}
with visits as (
    select * from {{ ref('fct_visits') }}
),

elders as (
    select distinct elder_id from {{ ref('reg_elder_versions') }}
),

workers as (
    select distinct worker_id from {{ ref('reg_workers') }}
),

providers as (
    select distinct provider_id from {{ ref('reg_providers') }}
)

select
    visits.*,
    elders.elder_id is not null as is_elder_registered,
    workers.worker_id is not null as is_worker_registered,
    providers.provider_id is not null as is_provider_registered
from visits
left join elders on visits.elder_id = elders.elder_id
left join workers on visits.worker_id = workers.worker_id
left join providers on visits.provider_id = providers.provider_id
