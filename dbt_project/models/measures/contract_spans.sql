{# Days on which a provider has a contract for purchased services that reaches a division in which it works. #}
with contracts as (
    select
        provider_id,
        {{ trimmed_division('division_code') }} as division_key,
        starts_on,
        ends_on
    from {{ ref('reg_contracts') }}
    where programme = 'purchased_service'
),

worked as (
    select distinct
        provider_id,
        division_code
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} and is_public
),

reaching as (
    select
        worked.provider_id,
        worked.division_code,
        contracts.starts_on,
        contracts.ends_on
    from worked
    inner join contracts
        on
            worked.provider_id = contracts.provider_id
            and left(worked.division_code, length(contracts.division_key)) = contracts.division_key
)

select
    provider_id,
    division_code,
    valid_from,
    valid_to
from {{ joined_spans('reaching', ['provider_id', 'division_code'], 'starts_on', 'ends_on') }}
