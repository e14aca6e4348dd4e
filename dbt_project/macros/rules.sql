{#
    Measured subjects: the one shape in which every rule hands over what it found, before any limit is applied.

    rule, jurisdiction, subject, period   what is judged; a period that is empty is '' (never null)
    judged_on     the day whose parameters decide; on a day without any, or without a day, the result is NO_RULE_IN_FORCE
    measure       the figure compared, unrounded. Of rules that compare it with a limit (rules.fails_when above or below)
                  empty means that it cannot be known: NOT_ASSESSABLE
    limit_value   the limit where it comes from data; empty: the parameter rules.limit_parameter, else 0
    fails         of rules that decide for themselves (rules.fails_when own): true, false, or empty for NOT_ASSESSABLE
    amount        yuan at risk

    `measured` wraps the query of one rule (columns jurisdiction, subject, period, judged_on, measure, limit_value, fails,
    amount, by name): it keeps the places in which the rule applies, and adds a row without a subject for each of them, so
    that a place without subjects is counted with zeros and a rule that drops out is missed.
#}
{% macro measured(rule) -%}
select
    '{{ rule }}' as rule,
    found.jurisdiction,
    cast(found.subject as varchar) as subject,
    cast(found.period as varchar) as period,
    found.judged_on,
    cast(found.measure as double) as measure,
    cast(found.limit_value as double) as limit_value,
    cast(found.fails as boolean) as fails,
    cast(found.amount as decimal(18, 2)) as amount
from ({{ caller() }}) as found
inner join {{ ref('reg_rule_places') }} as places
    on found.jurisdiction = places.jurisdiction and places.rule = '{{ rule }}'
union all
select
    rule,
    jurisdiction,
    null as subject,
    '' as period,
    {{ as_of() }} as judged_on,
    null as measure,
    null as limit_value,
    null as fails,
    null as amount
from {{ ref('reg_rule_places') }}
where rule = '{{ rule }}'
{% endmacro %}

{#
    Evidence: the source rows behind the findings of one rule (columns jurisdiction, subject, period, role, source, row_key,
    file, sheet, line). The query may name rows of subjects without a finding: they are dropped.
#}
{% macro evidence_of(rule) -%}
select distinct
    findings.finding_id,
    behind.role,
    behind.source,
    cast(behind.row_key as varchar) as row_key,
    behind.file,
    behind.sheet,
    behind.line
from ({{ caller() }}) as behind
inner join {{ ref('rule_findings') }} as findings
    on
        findings.rule = '{{ rule }}'
        and behind.jurisdiction = findings.jurisdiction
        and behind.subject = findings.subject
        and behind.period = findings.period
{% endmacro %}

{# The columns of a row of evidence that do not depend on the finding: what the row is to it, and where it stands. #}
{% macro evidence_row(role, source_name, row_key, relation='') %}
    {% set of = relation ~ '.' if relation else '' %}
    {{ return("'" ~ role ~ "' as role,\n        '" ~ source_name ~ "' as source,\n        " ~ row_key
        ~ ' as row_key,\n        ' ~ of ~ 'file,\n        ' ~ of ~ 'sheet,\n        ' ~ of ~ 'line') }}
{% endmacro %}

{# The same of a row that is taken from staging, where its place is named otherwise. #}
{% macro staged_evidence_row(role, source_name, row_key, relation) %}
    {{ return("'" ~ role ~ "' as role,\n        '" ~ source_name ~ "' as source,\n        " ~ row_key
        ~ ' as row_key,\n        ' ~ relation ~ '._file as file,\n        ' ~ relation ~ '._sheet as sheet,\n        '
        ~ relation ~ '._line as line') }}
{% endmacro %}

{# The families of rules: each has a model measured_<family> and a model evidence_<family>. #}
{% macro rule_families() %}
    {{ return(['visits', 'recipients', 'settlements', 'funds', 'points', 'complaints', 'duties', 'areas']) }}
{% endmacro %}

{#
    One parameter of a rule, by place and day, as a relation with jurisdiction, value, exact_value, valid_from, valid_to
    (never empty). Before its first day and after its last the nearest row holds: a number that tells who is judged must not
    let subjects vanish; that no rule is in force on such a day is told by reg_rule_windows.
#}
{% macro parameter_rows(rule, name) %}
(
    select
        jurisdiction,
        cast(value as double) as value,
        value as exact_value,
        case
            when valid_from = min(valid_from) over (partition by jurisdiction) then {{ first_day() }}
            else valid_from
        end as valid_from,
        case
            when coalesce(valid_to, {{ last_day() }}) = max(coalesce(valid_to, {{ last_day() }})) over (
                partition by jurisdiction
            ) then {{ last_day() }}
            else valid_to
        end as valid_to
    from {{ ref('parameters') }}
    where rule = '{{ rule }}' and name = '{{ name }}' and division is null
)
{% endmacro %}

{# The members of a set of a rule, by place and day. #}
{% macro member_rows(rule, name) %}
(
    select
        jurisdiction,
        grouping,
        member,
        valid_from,
        valid_to
    from {{ ref('reg_rule_members') }}
    where rule = '{{ rule }}' and name = '{{ name }}'
)
{% endmacro %}

{# Whether a source has brought any accepted row up to as_of: where it never came, its silence is no answer. #}
{% macro has_ever_come(source_name) %}
    {{ return('exists (select 1 from ' ~ ref('stg_' ~ source_name) ~ ')') }}
{% endmacro %}

{#
    Spans of days of one key that overlap or touch, joined into one; an empty end is open. Columns: the key, valid_from,
    valid_to (never empty).
#}
{% macro joined_spans(relation, key, from_column, to_column) %}
(
    select
        {{ key | join(', ') }},
        min(span_from) as valid_from,
        max(span_to) as valid_to
    from (
        select
            *,
            sum(case when span_from <= {{ next_day('earlier_to') }} then 0 else 1 end) over (
                partition by {{ key | join(', ') }} order by span_from, span_to rows unbounded preceding
            ) as island
        from (
            select
                *,
                max(least(span_to, {{ day_before(last_day()) }})) over (
                    partition by {{ key | join(', ') }} order by span_from, span_to
                    rows between unbounded preceding and 1 preceding
                ) as earlier_to
            from (
                select
                    {{ key | join(', ') }},
                    {{ from_column }} as span_from,
                    coalesce({{ to_column }}, {{ last_day() }}) as span_to
                from {{ relation }}
            )
            where span_from <= span_to
        )
    )
    group by {{ key | join(', ') }}, island
)
{% endmacro %}
