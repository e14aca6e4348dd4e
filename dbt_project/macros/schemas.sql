{# A schema is called as it is configured, without the target's name in front: one build database holds one run. #}
{% macro generate_schema_name(custom_schema_name, node) %}
    {{ return((custom_schema_name or target.schema) | trim) }}
{% endmacro %}
