{# The visit before may lie on an earlier day and in another place. #}
with located as (
    select
        visits.visit_id,
        visits.worker_id,
        visits.jurisdiction,
        visits.service_date,
        visits.subsidy_amount_yuan as subsidy_yuan,
        visits.started_at,
        visits.check_in_lon,
        visits.check_in_lat,
        lag(visits.visit_id) over worker as earlier_visit_id,
        lag(visits.ended_at) over worker as earlier_ended_at,
        lag(visits.check_in_lon) over worker as earlier_lon,
        lag(visits.check_in_lat) over worker as earlier_lat
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            coalesce(visits.jurisdiction, '') = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    where
        visits.check_in_lon is not null
        and visits.check_in_lat is not null
        and not kinds.is_without_travel
    window worker as (partition by visits.worker_id order by visits.started_at, visits.visit_id)
),

pairs as (
    select
        visit_id,
        earlier_visit_id,
        worker_id,
        jurisdiction,
        service_date,
        subsidy_yuan,
        {{ seconds_between('earlier_ended_at', 'started_at') }} as gap_seconds,
        {{ kilometres_between('earlier_lon', 'earlier_lat', 'check_in_lon', 'check_in_lat') }} as distance_km
    from located
    where
        service_date >= {{ period_start() }}
        and jurisdiction is not null
        and started_at >= earlier_ended_at
)

select
    pairs.visit_id,
    pairs.earlier_visit_id,
    pairs.worker_id,
    pairs.jurisdiction,
    pairs.service_date,
    pairs.subsidy_yuan,
    -- Without a gap any distance beyond the allowance is too far.
    greatest(0, pairs.distance_km - allowances.value) > speeds.value * pairs.gap_seconds / 3600 as is_too_fast
from pairs
left join {{ parameter_rows('S03', 'gps_allowance_km') }} as allowances
    on
        pairs.jurisdiction = allowances.jurisdiction
        and pairs.service_date between allowances.valid_from and allowances.valid_to
left join {{ parameter_rows('S03', 'max_speed_kmh') }} as speeds
    on
        pairs.jurisdiction = speeds.jurisdiction
        and pairs.service_date between speeds.valid_from and speeds.valid_to
