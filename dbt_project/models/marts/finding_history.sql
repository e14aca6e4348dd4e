with seen as (
    select
        finding_id,
        first_seen_on
    from {{ source('raw', 'first_seen') }}
    union all
    select
        finding_id,
        {{ as_of() }} as first_seen_on
    from {{ ref('findings') }}
)

select
    finding_id,
    min(first_seen_on) as first_seen_on
from seen
group by finding_id
