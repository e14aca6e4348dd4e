{# How many records were written long after the visit; the hours that are too long are those of the month's last day. #}
with hours as (
    select * from {{ parameter_rows('S14', 'max_hours') }}
)

select
    visits.jurisdiction,
    visits.provider_id,
    visits.service_month,
    count(*) as recorded_visits,
    count(*) filter (where visits.recorded_after_seconds > hours.value * 3600) as late_visits,
    sum(visits.subsidy_yuan) filter (where visits.recorded_after_seconds > hours.value * 3600) as late_yuan
from {{ ref('visit_tests') }} as visits
left join hours
    on
        visits.jurisdiction = hours.jurisdiction
        and {{ span_end('visits.service_month', 'month') }} between hours.valid_from and hours.valid_to
where visits.recorded_after_seconds is not null
group by visits.jurisdiction, visits.provider_id, visits.service_month
