with entries as (
    select * from {{ ref('msr_points_ledger') }}
    where occurred_at >= {{ period_start() }}
),

lowest as (
    select
        jurisdiction,
        elder_id,
        min(balance) as lowest_balance
    from entries
    group by jurisdiction, elder_id
)

select
    lowest.jurisdiction,
    lowest.elder_id,
    lowest.lowest_balance,
    min(entries.place) as lowest_place
from lowest
inner join entries
    on
        lowest.jurisdiction = entries.jurisdiction
        and lowest.elder_id = entries.elder_id
        and lowest.lowest_balance = entries.balance
group by lowest.jurisdiction, lowest.elder_id, lowest.lowest_balance
