{{ config(materialized='view') }}

{# What an entry does to the balance, and the balance after it. At one time grants come first, then the smaller number. #}
with entries as (
    select
        points.entry_id,
        points.division_code,
        points.elder_id,
        points.kind,
        points.occurred_at,
        divisions.jurisdiction,
        case when points.kind in ('redeem', 'expire') then -points.points else points.points end as change,
        points._file,
        points._sheet,
        points._line
    from {{ ref('stg_points') }} as points
    inner join {{ ref('reg_divisions') }} as divisions on points.division_code = divisions.division_code
    where divisions.jurisdiction is not null
)

select
    entries.entry_id,
    entries.jurisdiction,
    entries.elder_id,
    entries.occurred_at,
    sum(entries.change) over ledger as balance,
    row_number() over ledger as place,
    {{ evidence('entries') }}
from entries
window
    ledger as (
        partition by entries.jurisdiction, entries.elder_id
        order by
            entries.occurred_at asc,
            case when entries.kind = 'grant' then 0 else 1 end asc,
            entries.entry_id asc
        rows between unbounded preceding and current row
    )
