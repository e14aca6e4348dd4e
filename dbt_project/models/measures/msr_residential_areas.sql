{#
    A01, A02, A04 and A05. Room area is compared as it stands, but for the error of binary fractions (far below a square
    centimetre): 20.00 m2 per 100 households pass where 20 are asked.
#}
{% set binary_noise = 9 %}
with areas as (
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
        -- Empty where the homes' day is not known.
        {% for stage in ['planned', 'started', 'accepted', 'delivered'] %}
        areas.homes_{{ stage }}_on <= {{ as_of() }}
        and coalesce(areas.rooms_{{ stage }}_on > areas.homes_{{ stage }}_on, true) as is_{{ stage }}_late,
        {% endfor %}
        round(areas.households * windows.limit_value / 100, {{ binary_noise }}) as required_m2
    from areas
    left join {{ ref('reg_rule_windows') }} as windows
        on
            areas.rule = windows.rule
            and areas.jurisdiction = windows.jurisdiction
            and {{ as_of() }} between windows.valid_from and windows.valid_to
)

select
    *,
    round(required_m2 - provided_m2, {{ binary_noise }}) as missing_m2,
    case when households > 0 then provided_m2 * 100 / households end as m2_per_100_households,
    case
        when required_m2 is null then 'NO_RULE_IN_FORCE'
        when households = 0 or provided_m2 is null then 'NOT_ASSESSABLE'
        when round(required_m2 - provided_m2, {{ binary_noise }}) > 0 then 'FAIL'
        else 'PASS'
    end as state,
    case
        when coalesce(is_planned_late, is_started_late, is_accepted_late, is_delivered_late) is not null
            then
                coalesce(cast(is_planned_late as integer), 0)
                + coalesce(cast(is_started_late as integer), 0)
                + coalesce(cast(is_accepted_late as integer), 0)
                + coalesce(cast(is_delivered_late as integer), 0)
    end as late_stages,
    {{ days_between('rooms_delivered_on', as_of()) }} as days_since_delivery,
    {{ days_between('rooms_delivered_on', 'coalesce(rooms_handed_over_on, ' ~ as_of() ~ ')') }} as days_to_handover
from limits
