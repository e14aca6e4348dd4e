select
    division_code,
    month,
    target_kind,
    category,
    count(*) as received,
    count(*) filter (where verdict_or_pending = 'upheld') as upheld,
    count(*) filter (where verdict_or_pending = 'partly_upheld') as partly_upheld,
    count(*) filter (where verdict_or_pending = 'not_upheld') as not_upheld,
    count(*) filter (where verdict_or_pending = 'pending') as pending,
    count(closed_on) as closed,
    count(replied_on) as replied,
    cast(median(days_to_close) as double) as median_days_to_close,
    jurisdiction
from {{ ref('fct_complaints') }}
group by division_code, month, target_kind, category, jurisdiction
