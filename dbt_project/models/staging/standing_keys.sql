{{ config(materialized='table') }}

{% for source_name, contract in contracts().items() if contract.mode == 'snapshot' %}
{% if not loop.first %}union all{% endif %}
{{ standing_keys_of(source_name) }}
{% endfor %}
