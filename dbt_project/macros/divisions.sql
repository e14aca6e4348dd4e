{# The county of a division: the first six digits, for a street, a community and a county itself. #}
{% macro county_of(code) %}{{ return('left(' ~ code ~ ', 6)') }}{% endmacro %}

{#
    A division without trailing zeros, as divisions are compared: first whole groups of three of a 9- or 12-digit code,
    then pairs of what are then six digits. The pattern begins at an even place, so only whole pairs go.
#}
{% macro trimmed_division(code) %}
    {% set tail = replace_pattern('substr(' ~ code ~ ', 7)', '(000)+$', '') %}
    {% set pairs = replace_pattern(county_of(code), '(00)+$', '') %}
    {{ return('(case when ' ~ tail ~ " = '' then " ~ pairs ~ ' else ' ~ county_of(code) ~ ' || ' ~ tail ~ ' end)') }}
{% endmacro %}
