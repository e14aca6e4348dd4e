select
    kinds.rule,
    checks.elder_id,
    divisions.jurisdiction,
    periods.period,
    count(*) as checks
from {{ ref('stg_health_checks') }} as checks
inner join {{ ref('reg_divisions') }} as divisions on checks.division_code = divisions.division_code
inner join {{ ref('reg_periods') }} as periods
    on checks.performed_on between periods.starts_on and periods.ends_on and periods.is_complete
inner join {{ ref('reg_rule_members') }} as kinds
    on
        divisions.jurisdiction = kinds.jurisdiction
        and kinds.name = 'check_kinds'
        and checks.kind = kinds.member
        and periods.kind = case kinds.rule when 'E10' then 'year' when 'E11' then 'quarter' end
        and periods.ends_on between kinds.valid_from and kinds.valid_to
group by kinds.rule, checks.elder_id, divisions.jurisdiction, periods.period
