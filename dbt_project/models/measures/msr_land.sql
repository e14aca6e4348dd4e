{#
    A03. A city's own row of statistics counts before the sum of its counties. Land whose area is unknown can only help:
    a division that has enough without it passes, any other cannot be judged.
#}
{% set binary_noise = 9 %}
with facilities as (
    select * from {{ ref('fct_facilities') }}
),

statistics as (
    select
        division_code,
        year,
        resident_population as residents
    from {{ ref('fct_division_statistics') }}
    where is_newest and length(division_code) = 6
),

cities as (
    select
        jurisdiction,
        prefix,
        {{ filled_right('prefix', 6, '0') }} as division_code
    from {{ ref('jurisdictions') }}
),

summed as (
    select
        cities.division_code,
        max(statistics.year) as year,
        cast(sum(statistics.residents) as bigint) as residents
    from cities
    inner join statistics
        on
            cities.division_code != statistics.division_code
            and cities.prefix = left(statistics.division_code, length(cities.prefix))
    where cities.division_code not in (select own.division_code from statistics as own)
    group by cities.division_code
),

divisions as (
    select
        division_code,
        year,
        residents,
        false as is_sum_of_counties
    from statistics
    union all
    select
        division_code,
        year,
        residents,
        true as is_sum_of_counties
    from summed
),

placed as (
    select
        divisions.*,
        {{ trimmed_division('divisions.division_code') }} as division_key,
        -- Not taken from the register of divisions: a city may stand in no file.
        (
            select arg_max(cities.jurisdiction, length(cities.prefix))
            from cities
            where cities.prefix = left(divisions.division_code, length(cities.prefix))
        ) as jurisdiction
    from divisions
),

-- Each open facility under its county, its city and its province.
land as (
    select
        placed.division_code,
        coalesce(sum(facilities.land_area_m2), 0) as land_m2,
        count(*) as facilities,
        count(*) - count(facilities.land_area_m2) as facilities_without_land
    from placed
    inner join facilities
        on left(facilities.division_code, length(placed.division_key)) = placed.division_key
    where facilities.is_open
    group by placed.division_code
),

limits as (
    select
        placed.*,
        coalesce(land.land_m2, 0) as land_m2,
        coalesce(land.facilities, 0) as facilities,
        coalesce(land.facilities_without_land, 0) as facilities_without_land,
        windows.limit_value as required_m2_per_resident,
        round(windows.limit_value * placed.residents - coalesce(land.land_m2, 0), {{ binary_noise }}) as missing_m2
    from placed
    left join land on placed.division_code = land.division_code
    left join {{ ref('reg_rule_windows') }} as windows
        on
            windows.rule = 'A03'
            and placed.jurisdiction = windows.jurisdiction
            and {{ as_of() }} between windows.valid_from and windows.valid_to
)

select
    *,
    case when residents > 0 then land_m2 / residents end as m2_per_resident,
    case
        when required_m2_per_resident is null then 'NO_RULE_IN_FORCE'
        when residents = 0 then 'NOT_ASSESSABLE'
        when missing_m2 <= 0 then 'PASS'
        when facilities_without_land > 0 then 'NOT_ASSESSABLE'
        else 'FAIL'
    end as state
from limits
