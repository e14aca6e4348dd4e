{# Asked ten million times, so worked out once: which rules of visits are in force in a place on a day of the period. #}
with days as (
    select
        jurisdictions.jurisdiction,
        days.day
    from {{ ref('jurisdictions') }} as jurisdictions
    cross join ({{ all_days(period_start(), as_of()) }}) as days
)

select
    days.jurisdiction,
    days.day,
    {{ rule_day_columns('windows.rule') }}
from days
left join {{ ref('reg_rule_windows') }} as windows
    on days.jurisdiction = windows.jurisdiction and days.day between windows.valid_from and windows.valid_to
group by days.jurisdiction, days.day
