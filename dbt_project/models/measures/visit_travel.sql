{# The visit before may lie in another place, and before the period: of those days each worker's last visit is enough. #}
with before as (
    select
        visits.worker_id,
        max({{ named_row_of('visits', ['started_at', 'visit_id', 'ended_at', 'check_in_lon', 'check_in_lat']) }}) as last_visit
    from {{ ref('fct_visits') }} as visits
    where
        visits.started_at < {{ period_start() }}
        and visits.check_in_lon is not null
        and visits.check_in_lat is not null
        and coalesce(visits.service_place, '') not in (
            select member from {{ member_rows('S03', 'excluded_places') }}
        )
    group by visits.worker_id
),

located as (
    select
        visit_id,
        worker_number,
        jurisdiction,
        service_date,
        subsidy_yuan,
        is_judged,
        started_at,
        ended_at,
        travel_lon,
        travel_lat
    from {{ ref('visit_tests') }}
    where travel_lon is not null and travel_lat is not null and started_at >= {{ period_start() }}
    union all
    select
        {{ column_of_row('before.last_visit', 'visit_id') }} as visit_id,
        numbers.number as worker_number,
        null as jurisdiction,
        null as service_date,
        null as subsidy_yuan,
        false as is_judged,
        {{ column_of_row('before.last_visit', 'started_at') }} as started_at,
        {{ column_of_row('before.last_visit', 'ended_at') }} as ended_at,
        {{ column_of_row('before.last_visit', 'check_in_lon') }} as travel_lon,
        {{ column_of_row('before.last_visit', 'check_in_lat') }} as travel_lat
    from before
    inner join {{ ref('visit_numbers') }} as numbers on before.worker_id = numbers.id
),

ordered as (
    select
        *,
        lag(visit_id) over worker as earlier_visit_id,
        lag(ended_at) over worker as earlier_ended_at,
        lag(travel_lon) over worker as earlier_lon,
        lag(travel_lat) over worker as earlier_lat
    from located
    window worker as (partition by worker_number order by started_at, visit_id)
),

pairs as (
    select
        visit_id,
        earlier_visit_id,
        worker_number,
        jurisdiction,
        service_date,
        subsidy_yuan,
        {{ seconds_between('earlier_ended_at', 'started_at') }} as gap_seconds,
        {{ kilometres_between('earlier_lon', 'earlier_lat', 'travel_lon', 'travel_lat') }} as distance_km
    from ordered
    where is_judged and started_at >= earlier_ended_at
),

judged as (
    select
        pairs.*,
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
)

select
    case when is_too_fast then visit_id end as visit_id,
    case when is_too_fast then earlier_visit_id end as earlier_visit_id,
    worker_number,
    jurisdiction,
    service_date,
    subsidy_yuan,
    is_too_fast
from judged
