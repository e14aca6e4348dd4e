{# What one worker does for one person without a pause is one visit, however it was booked. #}
with merging as (
    select * from {{ parameter_rows('Q02', 'merge_minutes') }}
),

months as (
    select * from {{ ref('reg_periods') }}
    where kind = 'month' and is_complete
),

visits as (
    select
        visits.jurisdiction,
        visits.elder_id,
        visits.service_month,
        {{ seconds_between(
            'lag(visits.ended_at) over (partition by visits.jurisdiction, visits.elder_id, visits.worker_id, '
            ~ 'visits.service_date order by visits.started_at, visits.visit_id)', 'visits.started_at'
        ) }} as pause_seconds,
        merging.value * 60 as merge_seconds
    from {{ ref('fct_visits') }} as visits
    inner join months on visits.service_month = months.starts_on
    inner join {{ ref('reg_rule_places') }} as places
        on visits.jurisdiction = places.jurisdiction and places.rule = 'Q02'
    left join merging
        on visits.jurisdiction = merging.jurisdiction and months.ends_on between merging.valid_from and merging.valid_to
    where visits.is_public and visits.started_at >= {{ period_start() }}
)

select
    jurisdiction,
    elder_id,
    service_month,
    count(*) as visits,
    count(*) filter (where pause_seconds is null or pause_seconds > merge_seconds) as distinct_visits
from visits
group by jurisdiction, elder_id, service_month
