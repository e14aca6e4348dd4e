{#
    A01 and A02. Room area is compared as it stands, but for the error of binary fractions (far below a square
    centimetre): 20.00 m2 per 100 households pass where 20 are asked.
#}
{% set binary_noise = 9 %}
with parameters as (
    select * from {{ ref('reg_parameters') }}
),

areas as (
    select
        *,
        case stage when 'new' then 'A01' when 'existing' then 'A02' end as rule,
        case
            when room_area_provided_m2 is not null then room_area_provided_m2
            -- The homes of a new area are handed over and no room is on record: there is none.
            when stage = 'new' and homes_delivered_on <= {{ as_of() }} then 0
        end as provided_m2
    from {{ ref('reg_residential_areas') }}
),

limits as (
    select
        areas.*,
        cast(areas.households * parameters.value as double) / 100 as required_m2
    from areas
    left join parameters
        on
            areas.rule = parameters.rule
            and areas.jurisdiction = parameters.jurisdiction
            and parameters.name = 'min_m2'
),

judged as (
    select
        *,
        round(required_m2 - provided_m2, {{ binary_noise }}) as missing_m2,
        case
            when required_m2 is null then 'NO_RULE_IN_FORCE'
            when households = 0 or provided_m2 is null then 'NOT_ASSESSABLE'
            when round(required_m2 - provided_m2, {{ binary_noise }}) > 0 then 'FAIL'
            else 'PASS'
        end as state
    from limits
)

select
    residential_area_id,
    division_code,
    jurisdiction,
    stage,
    households,
    required_m2,
    provided_m2,
    case when state in ('PASS', 'FAIL') then greatest(0, missing_m2) end as short_m2,
    case when households > 0 then round(provided_m2 * 100 / households, 2) end as m2_per_100_households,
    state,
    rule,
    name,
    population,
    room_area_planned_m2,
    homes_delivered_on,
    rooms_handed_over_on,
    left_register,
    version_on,
    longitude,
    latitude
from judged
