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
        cast(sum(visits.subsidy_yuan) filter (where overlapping.visit_id is not null) as decimal(18, 2)) as overlapping_yuan,
        count(*) filter (where not visits.is_group_service_s04) as summed_visits,
        cast(sum(visits.seconds) filter (where not visits.is_group_service_s04) as bigint) as summed_seconds,
        cast(sum(visits.subsidy_yuan) filter (where not visits.is_group_service_s04) as decimal(18, 2)) as summed_yuan
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
        cast(sum(subsidy_yuan) filter (where is_too_fast) as decimal(18, 2)) as fast_yuan
    from {{ ref('visit_travel') }}
    group by jurisdiction, worker_number, service_date
)

select
    days.*,
    travel.travel_pairs,
    travel.fast_pairs,
    travel.fast_yuan
from days
left join travel
    on
        days.jurisdiction = travel.jurisdiction
        and days.worker_number = travel.worker_number
        and days.service_date = travel.service_date
