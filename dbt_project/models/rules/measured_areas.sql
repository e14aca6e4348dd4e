{% for rule in ['A01', 'A02'] %}
{% call measured(rule) %}
    select
        jurisdiction,
        residential_area_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        m2_per_100_households as measure,
        null as limit_value,
        case state when 'FAIL' then true when 'PASS' then false end as fails,
        null as amount
    from {{ ref('msr_residential_areas') }}
    where rule = '{{ rule }}' and households > 0
{% endcall %}
union all
{% endfor %}
{% call measured('A03') %}
    select
        jurisdiction,
        division_code as subject,
        year as period,
        {{ as_of() }} as judged_on,
        m2_per_resident as measure,
        null as limit_value,
        case state when 'FAIL' then true when 'PASS' then false end as fails,
        null as amount
    from {{ ref('msr_land') }}
{% endcall %}
union all
{% call measured('A04') %}
    select
        jurisdiction,
        residential_area_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        late_stages as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_residential_areas') }}
    where stage = 'new'
{% endcall %}
union all
{% call measured('A05') %}
    select
        areas.jurisdiction,
        areas.residential_area_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        areas.days_to_handover as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_residential_areas') }} as areas
    {{ join_parameters('A05', ['max_days'], 'areas.jurisdiction', as_of()) }}
    where areas.stage = 'new' and areas.days_since_delivery > coalesce(max_days.value, 0)
{% endcall %}
union all
{% call measured('A06') %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        facilities.building_area_m2 as measure,
        classes.value as limit_value,
        -- Areas come in mu and hectares too: what lies below nine places is the noise of binary fractions.
        round(facilities.building_area_m2, 9) < classes.value as fails,
        null as amount
    from {{ ref('fct_facilities') }} as facilities
    inner join {{ member_rows('A06', 'facility_kinds') }} as kinds
        on
            facilities.jurisdiction = kinds.jurisdiction
            and facilities.kind = kinds.member
            and {{ as_of() }} between kinds.valid_from and kinds.valid_to
    left join {{ ref('parameter_brackets') }} as classes
        on
            classes.rule = 'A06'
            and classes.name = 'area_by_population'
            and facilities.jurisdiction = classes.jurisdiction
            and {{ in_force(as_of(), 'classes.valid_from', 'classes.valid_to') }}
            and (
                facilities.served_population > classes.low
                or (classes.is_low_inclusive and facilities.served_population = classes.low)
            )
            and (
                classes.high is null
                or facilities.served_population < classes.high
                or (classes.is_high_inclusive and facilities.served_population = classes.high)
            )
    where facilities.is_open
{% endcall %}
