with overlapping as (
    select distinct visit_id
    from {{ ref('visit_overlaps') }}
    where rule = 'S02'
)

select
    visits.jurisdiction,
    visits.elder_number,
    visits.service_date,
    count(*) as compared_visits,
    count(overlapping.visit_id) as overlapping_visits,
    cast(sum(visits.subsidy_yuan) filter (where overlapping.visit_id is not null) as decimal(18, 2)) as overlapping_yuan
from {{ ref('visit_tests') }} as visits
left join overlapping on visits.visit_id = overlapping.visit_id
where visits.is_judged and not visits.is_left_out_s02
group by visits.jurisdiction, visits.elder_number, visits.service_date
