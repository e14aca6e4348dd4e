{# Between two days with a check-in, d days apart, lie d - n windows of n days without one. #}
with steps as (
    select
        days.*,
        coalesce(
            lag(days.checked_on) over (
                partition by days.elder_id, days.jurisdiction, days.period order by days.checked_on
            ),
            {{ day_before('days.starts_on') }}
        ) as earlier_on,
        cast(intervals.value as integer) as interval_days
    from {{ ref('msr_check_in_days') }} as days
    inner join {{ parameter_rows('E09', 'interval_days') }} as intervals
        on days.jurisdiction = intervals.jurisdiction and days.ends_on between intervals.valid_from and intervals.valid_to
)

select
    elder_id,
    jurisdiction,
    period,
    count(*) as checked_days,
    sum(greatest(0, {{ days_between('earlier_on', 'checked_on') }} - interval_days))
    + greatest(0, {{ days_between('max(checked_on)', next_day('ends_on')) }} - interval_days) as uncovered_windows
from steps
group by elder_id, jurisdiction, period, ends_on, interval_days
