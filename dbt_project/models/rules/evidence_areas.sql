{% for rule in ['A01', 'A02', 'A04', 'A05'] %}
{% call evidence_of(rule) %}
    select
        jurisdiction,
        residential_area_id as subject,
        '' as period,
        {{ evidence_row('ground', 'residential_areas', 'residential_area_id') }}
    from {{ ref('msr_residential_areas') }}
{% endcall %}
union all
{% endfor %}
{% call evidence_of('A03') %}
    select
        land.jurisdiction,
        land.division_code as subject,
        cast(land.year as varchar) as period,
        {{ evidence_row('counted', 'facilities', 'facilities.facility_id', 'facilities') }}
    from {{ ref('msr_land') }} as land
    inner join {{ ref('fct_facilities') }} as facilities
        on left(facilities.division_code, length(land.division_key)) = land.division_key
    where facilities.is_open
    union all
    select
        land.jurisdiction,
        land.division_code as subject,
        cast(land.year as varchar) as period,
        {{ evidence_row('ground', 'division_statistics', "statistics.division_code || '|' || statistics.year", 'statistics') }}
    from {{ ref('msr_land') }} as land
    inner join {{ ref('fct_division_statistics') }} as statistics
        on
            case
                when land.is_sum_of_counties
                    then left(statistics.division_code, length(land.division_key)) = land.division_key
                else statistics.division_code = land.division_code
            end
    where statistics.is_newest and length(statistics.division_code) = 6
{% endcall %}
union all
{% call evidence_of('A06') %}
    select
        jurisdiction,
        facility_id as subject,
        '' as period,
        {{ evidence_row('ground', 'facilities', 'facility_id') }}
    from {{ ref('fct_facilities') }}
{% endcall %}
