{{ config(materialized='table') }}

{# What is current of each source, by the division in the name of the file that brought it. #}
with nothing as (
    select
        cast(null as varchar) as source,
        cast(null as varchar) as mode,
        cast(null as varchar) as division_key,
        cast(null as bigint) as current_rows,
        cast(null as date) as newest_on
    where false
)

select * from nothing
{% for source_name, contract in contracts().items() %}
union all
{% if contract.mode == 'snapshot' %}
select
    '{{ source_name }}' as source,
    'snapshot' as mode,
    _division_key as division_key,
    arg_max(snapshot_rows, _file_date) as current_rows,
    max(_file_date) as newest_on
from (
    select
        _division_key,
        _file_date,
        count(*) as snapshot_rows
    from {{ ref('stg_' ~ source_name) }}
    group by _division_key, _file_date
)
group by _division_key
{% else %}
select
    '{{ source_name }}' as source,
    'events' as mode,
    _division_key as division_key,
    count(*) as current_rows,
    {{ event_day('max(' ~ contract.date ~ ')', contract.date_type) }} as newest_on
from {{ ref('stg_' ~ source_name) }}
group by _division_key
{% endif %}
{% endfor %}
