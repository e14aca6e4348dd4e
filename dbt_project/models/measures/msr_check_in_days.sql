select distinct
    check_ins.elder_id,
    divisions.jurisdiction,
    periods.period,
    periods.starts_on,
    periods.ends_on,
    cast(check_ins.checked_at as date) as checked_on
from {{ ref('stg_check_ins') }} as check_ins
inner join {{ ref('reg_divisions') }} as divisions on check_ins.division_code = divisions.division_code
inner join {{ ref('reg_periods') }} as periods
    on {{ month_start('check_ins.checked_at') }} = periods.starts_on and periods.kind = 'month'
left join {{ member_rows('E09', 'uncompleted_outcomes') }} as uncompleted
    on
        divisions.jurisdiction = uncompleted.jurisdiction
        and check_ins.outcome = uncompleted.member
        and periods.ends_on between uncompleted.valid_from and uncompleted.valid_to
where
    divisions.jurisdiction is not null
    and periods.is_complete
    and uncompleted.member is null
