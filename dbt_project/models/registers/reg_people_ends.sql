{# Registered, dead or gone: what decides of a person whatever the day of the register. #}
with registered as (
    select
        elder_id,
        max(latest_exited_on) as exited_on
    from {{ ref('reg_elder_versions') }}
    group by elder_id
)

select
    coalesce(registered.elder_id, deaths.elder_id) as elder_id,
    registered.elder_id is not null as is_registered,
    registered.exited_on,
    deaths.died_on
from registered
full outer join {{ ref('stg_deaths') }} as deaths on registered.elder_id = deaths.elder_id
