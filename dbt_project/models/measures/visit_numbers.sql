{#
    People and providers of visits by number: ten million visits are ordered, grouped and joined several times, and numbers
    are three times as quick as keys. Numbers mean nothing outside one build.
#}
with named as (
    select elder_id as id from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} or ended_at > {{ period_start() }}
    group by elder_id
    union
    select worker_id as id from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} or ended_at > {{ period_start() }}
    group by worker_id
    union
    select provider_id as id from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} or ended_at > {{ period_start() }}
    group by provider_id
)

select
    id,
    cast(row_number() over (order by id) as integer) as number
from named
