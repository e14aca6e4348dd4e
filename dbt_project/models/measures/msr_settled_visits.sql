with visits as (
    select
        visit_id,
        count(*) as lines,
        max(service_month) as latest_month,
        sum(amount_yuan) - max(amount_yuan) as repeated_yuan,
        arg_min(division_code, line_id) as division_code
    from {{ ref('fct_settlement_lines') }}
    group by visit_id
)

select
    visits.visit_id,
    visits.lines,
    visits.latest_month,
    visits.repeated_yuan,
    divisions.jurisdiction
from visits
left join {{ ref('reg_divisions') }} as divisions on visits.division_code = divisions.division_code
