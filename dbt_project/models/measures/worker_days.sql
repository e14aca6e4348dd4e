with visits as (
    select
        visits.jurisdiction,
        visits.worker_id,
        visits.service_date,
        visits.visit_id,
        visits.subsidy_amount_yuan as subsidy_yuan,
        {{ seconds_between('visits.started_at', 'visits.ended_at') }} as seconds,
        not kinds.is_group_service_s01 as is_compared,
        not kinds.is_group_service_s04 as is_summed,
        overlapping.visit_id is not null as is_overlapping
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            visits.jurisdiction = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    left join (select distinct visit_id from {{ ref('visit_overlaps') }} where rule = 'S01') as overlapping
        on visits.visit_id = overlapping.visit_id
    where visits.started_at >= {{ period_start() }}
)

select
    jurisdiction,
    worker_id,
    service_date,
    count(*) filter (where is_compared) as compared_visits,
    count(*) filter (where is_overlapping) as overlapping_visits,
    sum(subsidy_yuan) filter (where is_overlapping) as overlapping_yuan,
    count(*) filter (where is_summed) as summed_visits,
    sum(seconds) filter (where is_summed) as summed_seconds,
    sum(subsidy_yuan) filter (where is_summed) as summed_yuan
from visits
group by jurisdiction, worker_id, service_date
