{#
    Land is the total of the open facilities under the division; residents are those of its own newest row, or the total
    of the newest rows of its counties where the city has none.
#}
with divisions as (
    select
        *,
        {{ trimmed_division('division_code') }} as division_key
    from {{ ref('land_compliance') }}
),

facilities as (
    select * from {{ ref('trace_facilities') }}
    where is_open
),

statistics as (
    select * from {{ ref('trace_division_statistics') }}
    where is_newest and length(division_code) = 6
),

land as (
    select
        divisions.division_code,
        coalesce(sum(facilities.land_area), 0) as land_m2,
        count(facilities.facility_id) as facilities
    from divisions
    left join facilities on left(facilities.division_code, length(divisions.division_key)) = divisions.division_key
    group by divisions.division_code
),

people as (
    select
        divisions.division_code,
        sum(statistics.resident_population) as residents
    from divisions
    left join statistics
        on
            case
                when divisions.is_sum_of_counties
                    then divisions.division_key = left(statistics.division_code, length(divisions.division_key))
                else divisions.division_code = statistics.division_code
            end
    group by divisions.division_code
)

select
    divisions.division_code,
    divisions.residents,
    people.residents as traced_residents,
    divisions.land_m2,
    land.land_m2 as traced_land_m2
from divisions
left join land on divisions.division_code = land.division_code
left join people on divisions.division_code = people.division_code
where
    divisions.residents is distinct from people.residents
    or divisions.facilities is distinct from land.facilities
    -- Sums of binary fractions in another order may differ far below a square millimetre.
    or abs(divisions.land_m2 - land.land_m2) > 0.000001
