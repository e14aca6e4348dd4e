with complaints as (
    select * from {{ ref('stg_complaints') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('complaints', 'complaints') }}
    divisions.jurisdiction,
    {{ month_text('complaints.received_on') }} as month,
    coalesce(complaints.verdict, 'pending') as verdict_or_pending,
    coalesce(complaints.verdict in ('upheld', 'partly_upheld'), false) as is_upheld,
    {{ days_between('complaints.received_on', 'complaints.closed_on') }} as days_to_close,
    {{ evidence('complaints') }}
from complaints
left join divisions on complaints.division_code = divisions.division_code
