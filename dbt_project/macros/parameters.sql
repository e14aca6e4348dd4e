{#
    Joins the numbers of a rule that are in force on a day in a place, each as a relation of its name with `value` and
    `exact_value`; empty where none is.
#}
{% macro join_parameters(rule, names, jurisdiction, day) %}
{% for name in names %}
left join {{ parameter_rows(rule, name) }} as {{ name }}
    on {{ jurisdiction }} = {{ name }}.jurisdiction and {{ day }} between {{ name }}.valid_from and {{ name }}.valid_to
{% endfor %}
{% endmacro %}

{#
    The members of a set that says who is judged, by place and day. Before the first day of the set and after its last the
    nearest members hold, so that subjects of those days are counted as NO_RULE_IN_FORCE and do not vanish.
#}
{% macro population_members(rule, name) %}
(
    select
        jurisdiction,
        grouping,
        member,
        case when valid_from = set_from then {{ first_day() }} else valid_from end as valid_from,
        case when valid_to = set_to then {{ last_day() }} else valid_to end as valid_to
    from (
        select
            *,
            min(valid_from) over (partition by jurisdiction) as set_from,
            max(valid_to) over (partition by jurisdiction) as set_to
        from {{ member_rows(rule, name) }}
    )
)
{% endmacro %}
