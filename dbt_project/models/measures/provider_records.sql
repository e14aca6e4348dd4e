{# How many records were written long after the visit; the hours that are too long are those of the month's last day. #}
with records as (
    select
        visits.jurisdiction,
        visits.provider_number,
        visits.service_month,
        count(*) as recorded_visits,
        count(*) filter (where visits.recorded_after_seconds > hours.value * 3600) as late_visits,
        sum(visits.subsidy_yuan) filter (where visits.recorded_after_seconds > hours.value * 3600) as late_yuan
    from {{ ref('visit_tests') }} as visits
    left join {{ parameter_rows('S14', 'max_hours') }} as hours
        on
            visits.jurisdiction = hours.jurisdiction
            and {{ span_end('visits.service_month', 'month') }} between hours.valid_from and hours.valid_to
    where visits.is_judged and visits.recorded_after_seconds is not null
    group by visits.jurisdiction, visits.provider_number, visits.service_month
)

select
    records.*,
    numbers.id as provider_id
from records
inner join {{ ref('visit_numbers') }} as numbers on records.provider_number = numbers.number
