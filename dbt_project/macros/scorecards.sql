{#
    The rows of a seed of the scorecards that are in force on as_of, a set of them for each place: its own rows of a key, where
    it has any, else those of everywhere (*).
#}
{% macro scorecard_rows(seed, key, columns) %}
select
    jurisdiction,
    {{ columns | join(',\n    ') }}
from (
    select
        places.jurisdiction,
        {% for column in columns %}
        given.{{ column }},
        {% endfor %}
        rank() over (
            partition by places.jurisdiction, given.{{ key }}
            order by case when given.jurisdiction = places.jurisdiction then 1 else 2 end
        ) as nearness
    from {{ ref(seed) }} as given
    inner join {{ ref('jurisdictions') }} as places
        on given.jurisdiction = places.jurisdiction or given.jurisdiction = '*'
    where {{ in_force(as_of(), 'given.valid_from', 'given.valid_to') }}
)
where nearness = 1
{% endmacro %}

{# Numbers by which scorecards are reckoned; each is a column of card_settings. #}
{% macro scorecard_settings() %}
    {{ return([
        'interval_z', 'interval_confidence', 'total_z', 'fewest_peers', 'domain_weight_needed', 'total_weight_needed',
        'grade_excellent', 'grade_good', 'grade_pass', 'funnel_inner_confidence', 'funnel_outer_confidence',
        'funnel_lowest_percentile', 'funnel_highest_percentile', 'trained_within_days', 'recorded_within_hours',
        'satisfied_rating', 'satisfied_score',
    ]) }}
{% endmacro %}

{% macro setting_columns() %}
    {% set columns = [] %}
    {% for setting in scorecard_settings() %}
        {% do columns.append("max(case when setting = '" ~ setting ~ "' then value end) as " ~ setting) %}
    {% endfor %}
    {{ return(columns | join(',\n    ')) }}
{% endmacro %}

{#
    Measures that ask each visit: whether it is in n, and whether it is in k. `tests` is a visit of visit_tests with the
    settings of its place.
#}
{% macro visit_measures() %}
    {{ return({
        'certified_visits': ('tests.s06 is not null', 'tests.s06 = ' ~ answer('passes')),
        'rostered_visits': ('true', 'tests.s05 = ' ~ answer('passes')),
        'visits_with_agreement': ('tests.is_public', 'tests.s09 = ' ~ answer('passes')),
        'records_in_time': (
            'tests.recorded_after_seconds is not null',
            'tests.recorded_after_seconds <= settings.recorded_within_hours * 3600',
        ),
        'eligible_visits': (
            '(tests.e01 != ' ~ answer('unknown') ~ ' or tests.e02 = ' ~ answer('fails') ~ ')',
            '(tests.e01 = ' ~ answer('passes') ~ ' and tests.e02 = ' ~ answer('passes') ~ ')',
        ),
    }) }}
{% endmacro %}

{# Visits are counted in thousands where complaints are measured by them. #}
{% macro thousands(visits) %}{{ return('(' ~ visits ~ ' / 1000.0e0)') }}{% endmacro %}
