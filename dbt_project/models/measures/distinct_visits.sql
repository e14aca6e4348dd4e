{# What one worker does for one person without a pause is one visit, however it was booked. #}
with months as (
    select * from {{ ref('reg_periods') }}
    where kind = 'month' and is_complete
),

visits as (
    select
        visits.jurisdiction,
        visits.elder_number,
        visits.service_month,
        {{ seconds_between(
            'lag(visits.ended_at) over (partition by visits.jurisdiction, visits.elder_number, visits.worker_number, '
            ~ 'visits.service_date order by visits.started_at, visits.visit_id)', 'visits.started_at'
        ) }} as pause_seconds,
        merging.value * 60 as merge_seconds
    from {{ ref('visit_tests') }} as visits
    inner join months on visits.service_month = months.starts_on
    inner join {{ ref('reg_rule_places') }} as places
        on visits.jurisdiction = places.jurisdiction and places.rule = 'Q02'
    left join {{ parameter_rows('Q02', 'merge_minutes') }} as merging
        on visits.jurisdiction = merging.jurisdiction and months.ends_on between merging.valid_from and merging.valid_to
    where visits.is_judged and visits.is_public
)

select
    visits.jurisdiction,
    numbers.id as elder_id,
    visits.service_month,
    count(*) as visits,
    count(*) filter (where visits.pause_seconds is null or visits.pause_seconds > visits.merge_seconds) as distinct_visits
from visits
inner join {{ ref('visit_numbers') }} as numbers on visits.elder_number = numbers.number
group by visits.jurisdiction, numbers.id, visits.service_month
