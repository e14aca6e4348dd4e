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

{# Answers of a test, in the order in which one outweighs another within a group. No answer: outside the population. #}
{% macro answer(name) %}{{ return({'no_rule': 0, 'passes': 1, 'unknown': 2, 'fails': 3}[name]) }}{% endmacro %}

{#
    The rules above, grouped by one subject: the gravest answer of each in force, by month. `figures` are further columns of
    the model. Ids come back at the end, when ten million visits have become months.
#}
{% macro visit_months(columns, figures={}) %}
with months as (
    select
        visits.jurisdiction,
        {% for column in columns %}
        visits.{{ column | replace('_id', '_number') }},
        {% endfor %}
        visits.service_month
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
    where visits.is_judged
    group by
        visits.jurisdiction, visits.{{ columns | join(', visits.') | replace('_id', '_number') }}, visits.service_month
)

select
    months.*,
    {% for column in columns %}
    {{ column }}s.id as {{ column }}{{ ',' if not loop.last }}
    {% endfor %}
from months
{% for column in columns %}
inner join {{ ref('visit_numbers') }} as {{ column }}s
    on months.{{ column | replace('_id', '_number') }} = {{ column }}s.number
{% endfor %}
{% endmacro %}

{#
    Visits of one person that overlap with another visit of the same person and a different `other`. A visit can only overlap
    if an earlier one ends after it begins or the next one begins before it ends: that is seen in one pass in order of
    beginning, and only the few such visits are compared with each other, day by day.
#}
{% macro overlaps(rule, person, other, left_out) %}
with ordered as (
    select
        visit_id,
        jurisdiction,
        service_date,
        is_judged,
        {{ person }},
        {{ other }},
        started_at,
        ended_at,
        max(ended_at) over (
            partition by {{ person }} order by started_at rows between unbounded preceding and 1 preceding
        ) as earlier_ended_at,
        lead(started_at) over (partition by {{ person }} order by started_at) as next_started_at
    from {{ ref('visit_tests') }}
    where not {{ left_out }}
),

crowded as (
    select
        *,
        {{ days_touched('started_at', 'ended_at') }} as day
    from ordered
    where earlier_ended_at > started_at or next_started_at < ended_at
)

select distinct
    '{{ rule }}' as rule,
    visits.visit_id,
    visits.jurisdiction,
    visits.service_date,
    visits.{{ person }} as person_number,
    partners.visit_id as partner_id,
    partners.jurisdiction as partner_jurisdiction,
    partners.service_date as partner_date
from crowded as visits
inner join crowded as partners
    on
        visits.{{ person }} = partners.{{ person }}
        and visits.day = partners.day
        and visits.{{ other }} != partners.{{ other }}
inner join {{ parameter_rows(rule, 'tolerance_minutes') }} as tolerances
    on
        visits.jurisdiction = tolerances.jurisdiction
        and visits.service_date between tolerances.valid_from and tolerances.valid_to
where
    visits.is_judged
    and {{ seconds_between(
        'greatest(visits.started_at, partners.started_at)', 'least(visits.ended_at, partners.ended_at)'
    ) }} > tolerances.value * 60
{% endmacro %}

{# A test in which silence is no answer where a whole source never came. #}
{% macro passes_if_come(source_name) %}
    {{ return('case when ' ~ has_ever_come(source_name) ~ ' then ' ~ answer('passes') ~ ' else ' ~ answer('unknown') ~ ' end') }}
{% endmacro %}

{# For each rule above, whether it is among the rules that a column names. #}
{% macro rule_day_columns(column) %}
    {% set found = [] %}
    {% for rule in visit_rules() %}
        {% do found.append('coalesce(bool_or(' ~ column ~ " = '" ~ rule ~ "'), false) as " ~ rule) %}
    {% endfor %}
    {{ return(found | join(',\n    ')) }}
{% endmacro %}
