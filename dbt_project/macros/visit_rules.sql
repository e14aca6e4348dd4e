{#
    Rules that test each visit on its own and are counted by month: the columns that make up the subject. The test of a rule
    is the column of its code in visit_tests; what stands behind a failure besides the visit is in evidence_visits.
#}
{% macro visit_rules() %}
    {{ return({
        'E01': ['elder_id'],
        'E02': ['elder_id'],
        'E03': ['elder_id'],
        'E04': ['elder_id'],
        'E05': ['elder_id'],
        'S05': ['worker_id', 'provider_id'],
        'S06': ['worker_id'],
        'S07': ['worker_id'],
        'S09': ['elder_id', 'provider_id'],
        'S10': ['provider_id'],
        'S11': ['provider_id'],
        'S12': ['elder_id', 'provider_id'],
        'S13': ['elder_id'],
        'S15': ['provider_id'],
        'Q03': ['provider_id'],
    }) }}
{% endmacro %}

{# The different subjects of the rules above: each is grouped once, for all its rules. #}
{% macro visit_subjects() %}
    {% set found = [] %}
    {% for columns in visit_rules().values() if columns not in found %}{% do found.append(columns) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{# Answers of a test, in the order in which one outweighs another within a group. No answer: outside the population. #}
{% macro answer(name) %}{{ return({'no_rule': 0, 'passes': 1, 'unknown': 2, 'fails': 3}[name]) }}{% endmacro %}

{# The rules above, grouped by one subject: the gravest answer of each in force, by month. #}
{% macro visit_months(columns, figures={}) %}
select
    visits.jurisdiction,
    visits.{{ columns | join(",\n    visits.") }},
    visits.service_month,
    max(visits.service_date) as last_on
    {% for name, figure in figures.items() %},
    {{ figure }} as {{ name }}
    {% endfor %}
    {% for rule, subject in visit_rules().items() if subject == columns %},
    max(case when days.{{ rule }} or visits.{{ rule }} is null then visits.{{ rule }} else {{ answer('no_rule') }} end)
        as {{ rule }}
    {% endfor %}
from {{ ref('visit_tests') }} as visits
inner join {{ ref('rule_days') }} as days
    on visits.jurisdiction = days.jurisdiction and visits.service_date = days.day
group by visits.jurisdiction, visits.{{ columns | join(', visits.') }}, visits.service_month
{% endmacro %}

{#
    Visits of one person that overlap with another visit of the same person and a different `other`. A visit can only overlap
    if an earlier one ends after it begins or the next one begins before it ends: that is seen in one pass in order of
    beginning, and only the few such visits are compared with each other, day by day.
#}
{% macro overlaps(rule, person, other, left_out) %}
select distinct
    '{{ rule }}' as rule,
    visits.visit_id,
    partners.visit_id as partner_id
from ({{ crowded_visits(person, other, left_out) }}) as visits
inner join ({{ crowded_visits(person, other, left_out) }}) as partners
    on
        visits.{{ person }} = partners.{{ person }}
        and visits.day = partners.day
        and visits.{{ other }} != partners.{{ other }}
inner join {{ parameter_rows(rule, 'tolerance_minutes') }} as tolerances
    on
        visits.jurisdiction = tolerances.jurisdiction
        and visits.service_date between tolerances.valid_from and tolerances.valid_to
where
    visits.service_date >= {{ period_start() }}
    and {{ seconds_between(
        'greatest(visits.started_at, partners.started_at)', 'least(visits.ended_at, partners.ended_at)'
    ) }} > tolerances.value * 60
{% endmacro %}

{% macro crowded_visits(person, other, left_out) %}
select
    visit_id,
    jurisdiction,
    service_date,
    {{ person }},
    {{ other }},
    started_at,
    ended_at,
    {{ days_touched('started_at', 'ended_at') }} as day
from (
    select
        visits.visit_id,
        visits.jurisdiction,
        visits.service_date,
        visits.{{ person }},
        visits.{{ other }},
        visits.started_at,
        visits.ended_at,
        max(visits.ended_at) over (
            partition by visits.{{ person }} order by visits.started_at, visits.visit_id
            rows between unbounded preceding and 1 preceding
        ) as earlier_ended_at,
        lead(visits.started_at) over (
            partition by visits.{{ person }} order by visits.started_at, visits.visit_id
        ) as next_started_at
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            coalesce(visits.jurisdiction, '') = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    where visits.ended_at > {{ period_start() }} and not ({{ left_out }})
)
where earlier_ended_at > started_at or next_started_at < ended_at
{% endmacro %}

{# A test in which silence is no answer where a whole source never came. #}
{% macro passes_if_come(source_name) %}
    {{ return('case when ' ~ has_ever_come(source_name) ~ ' then ' ~ answer('passes') ~ ' else ' ~ answer('unknown') ~ ' end') }}
{% endmacro %}
