with overlapping as (
    select distinct visit_id
    from {{ ref('visit_overlaps') }}
    where rule = 'S01'
),

days as (
    select
        visits.jurisdiction,
        visits.worker_number,
        visits.service_date,
        count(*) filter (where not visits.is_group_service_s01) as compared_visits,
        count(overlapping.visit_id) as overlapping_visits,
        sum(visits.subsidy_yuan) filter (where overlapping.visit_id is not null) as overlapping_yuan,
        count(*) filter (where not visits.is_group_service_s04) as summed_visits,
        sum(visits.seconds) filter (where not visits.is_group_service_s04) as summed_seconds,
        sum(visits.subsidy_yuan) filter (where not visits.is_group_service_s04) as summed_yuan
    from {{ ref('visit_tests') }} as visits
    left join overlapping on visits.visit_id = overlapping.visit_id
    where visits.is_judged
    group by visits.jurisdiction, visits.worker_number, visits.service_date
),

travel as (
    select
        jurisdiction,
        worker_number,
        service_date,
        count(*) as travel_pairs,
        count(*) filter (where is_too_fast) as fast_pairs,
        sum(subsidy_yuan) filter (where is_too_fast) as fast_yuan
    from {{ ref('visit_travel') }}
    group by jurisdiction, worker_number, service_date
)

select
    days.*,
    travel.travel_pairs,
    travel.fast_pairs,
    travel.fast_yuan,
    numbers.id as worker_id
from days
left join travel
    on
        days.jurisdiction = travel.jurisdiction
        and days.worker_number = travel.worker_number
        and days.service_date = travel.service_date
inner join {{ ref('visit_numbers') }} as numbers on days.worker_number = numbers.number
