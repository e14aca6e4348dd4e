{{ config(materialized='table') }}

{# What is current of each source, by the division in the name of the file that brought it. #}
{% for source_name, contract in contracts().items() %}
    {% if not loop.first %}union all{% endif %}
select
    '{{ source_name }}' as source,
    '{{ contract.mode }}' as mode,
    _division_key as division_key,
    count(*) as current_rows,
    {% if contract.mode == 'snapshot' %}
    max(_file_date) as newest_on
    {% elif contract.date_type == 'integer' %}
    max({{ year_start(contract.date) }}) as newest_on
    {% else %}
    cast(max({{ contract.date }}) as date) as newest_on
    {% endif %}
from {{ ref('stg_' ~ source_name) }}
group by _division_key
{% endfor %}
