{#
    The interval of a change rests on those of its two ends, which need not lie evenly around them (Zou and Donner 2008; of two
    shares it is Newcombe's of 1998).
#}
with quarters as (
    select
        period,
        starts_on,
        is_complete
    from {{ ref('reg_periods') }}
    where kind = 'quarter'
),

figures as (
    select
        slice,
        provider,
        jurisdiction,
        measure,
        k,
        n,
        value,
        low,
        high,
        shrunk,
        reliability,
        score,
        state,
        cast(null as double) as weight_scored
    from {{ ref('card_scores') }}
    union all
    select
        slice,
        provider,
        jurisdiction,
        null as measure,
        null as k,
        null as n,
        total as value,
        total_low as low,
        total_high as high,
        null as shrunk,
        null as reliability,
        total as score,
        case when total is null then 'too_few' else 'scored' end as state,
        weight_scored
    from {{ ref('card_totals') }}
),

dated as (
    select
        figures.*,
        quarters.starts_on,
        quarters.is_complete
    from figures
    inner join quarters on figures.slice = quarters.period
)

select
    now.provider,
    now.jurisdiction,
    now.slice as quarter,
    now.measure,
    now.k,
    now.n,
    now.value,
    now.low,
    now.high,
    now.shrunk,
    now.reliability,
    now.score,
    now.state,
    now.weight_scored,
    now.value - earlier.value as change,
    now.value - earlier.value
    - sqrt(pow(now.value - now.low, 2) + pow(earlier.high - earlier.value, 2)) as change_low,
    now.value - earlier.value
    + sqrt(pow(now.high - now.value, 2) + pow(earlier.value - earlier.low, 2)) as change_high,
    now.is_complete
from dated as now
left join dated as earlier
    on
        now.provider = earlier.provider
        and now.jurisdiction = earlier.jurisdiction
        and coalesce(now.measure, '') = coalesce(earlier.measure, '')
        and {{ months_before('now.starts_on', 3) }} = earlier.starts_on
