{# Grouping all visits by their number would hold every number; a count by hash finds the few that stand on several lines. #}
with lines as (
    select * from {{ ref('msr_settlement_lines') }}
),

hashed as (
    select {{ row_hash(['visit_id']) }} as visit_hash
    from lines
),

repeated as (
    select visit_hash
    from hashed
    group by visit_hash
    having count(*) > 1
)

select
    visit_id,
    count(*) as lines,
    max(service_month) as latest_month,
    sum(amount_yuan) - max(amount_yuan) as repeated_yuan,
    -- The smallest line decides also where it lies under no policy, and an empty place would be passed over.
    nullif(arg_min(coalesce(jurisdiction, ''), line_id), '') as jurisdiction
from lines
where {{ row_hash(['visit_id']) }} in (select repeated.visit_hash from repeated)
group by visit_id
having count(*) > 1
