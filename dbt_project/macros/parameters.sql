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
