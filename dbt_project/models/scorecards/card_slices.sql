{# A card is for the whole period, and again for each quarter of it with a visit. #}
with slices as (
    select
        'period' as slice,
        {{ period_start() }} as starts_on,
        {{ as_of() }} as ends_on
    union all
    select
        period as slice,
        starts_on,
        ends_on
    from {{ ref('reg_periods') }}
    where kind = 'quarter'
)

select
    slices.slice,
    cards.provider,
    cards.jurisdiction,
    slices.starts_on,
    slices.ends_on,
    cast(sum(cards.visits) as bigint) as visits,
    cast(sum(cards.public_visits) as bigint) as public_visits
from {{ ref('card_visits') }} as cards
inner join slices on {{ span_end('cards.service_month', 'month') }} >= slices.starts_on and cards.service_month <= slices.ends_on
group by slices.slice, cards.provider, cards.jurisdiction, slices.starts_on, slices.ends_on
