with visits as (
    select
        visits.jurisdiction,
        visits.elder_id,
        visits.service_date,
        visits.subsidy_amount_yuan as subsidy_yuan,
        overlapping.visit_id is not null as is_overlapping
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            visits.jurisdiction = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    left join (select distinct visit_id from {{ ref('visit_overlaps') }} where rule = 'S02') as overlapping
        on visits.visit_id = overlapping.visit_id
    where
        visits.started_at >= {{ period_start() }}
        and not kinds.is_group_service_s02
        and not kinds.is_for_two_workers
)

select
    jurisdiction,
    elder_id,
    service_date,
    count(*) as compared_visits,
    count(*) filter (where is_overlapping) as overlapping_visits,
    sum(subsidy_yuan) filter (where is_overlapping) as overlapping_yuan
from visits
group by jurisdiction, elder_id, service_date
