{# The four steps that rooms and homes should take together, as A04 counts them; unlike a finding, also where it passes. #}
with areas as (
    select * from {{ ref('msr_residential_areas') }}
    where stage = 'new'
),

steps as (
    {% for step in ['planned', 'started', 'accepted', 'delivered'] %}
    select
        residential_area_id,
        {{ loop.index }} as step,
        homes_{{ step }}_on as homes_on,
        rooms_{{ step }}_on as rooms_on,
        is_{{ step }}_late as is_late
    from areas
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    areas.residential_area_id,
    cast(steps.step as bigint) as step,
    areas.division_code,
    areas.jurisdiction,
    areas.name,
    steps.homes_on,
    steps.rooms_on,
    case
        when windows.rule is null then 'NO_RULE_IN_FORCE'
        when steps.is_late is null then 'NOT_ASSESSABLE'
        when steps.is_late then 'FAIL'
        else 'PASS'
    end as state,
    case
        when steps.is_late
            then cast({{ days_between('steps.homes_on', 'coalesce(steps.rooms_on, ' ~ as_of() ~ ')') }} as bigint)
    end as days_behind
from steps
inner join areas on steps.residential_area_id = areas.residential_area_id
left join {{ ref('reg_rule_windows') }} as windows
    on
        windows.rule = 'A04'
        and areas.jurisdiction = windows.jurisdiction
        and {{ as_of() }} between windows.valid_from and windows.valid_to
