{#
    What no policy judges is counted, not forgotten. A row's place is its division_code; of elders the hukou, of transfers the
    receiving division.
#}
{% set columns = {'elders': 'hukou_division', 'fund_transfers': 'to_division'} %}
with divisions as (
    select division_code from {{ ref('reg_divisions') }}
    where jurisdiction is null
)

{% for source_name, contract in contracts().items() %}
{% set names = contract.columns | map(attribute='name') | list %}
{% set column = columns.get(source_name, 'division_code') %}
{% if column in names %}
select
    '{{ source_name }}' as source,
    divisions.division_code,
    count(*) as outside_rows
from {{ ref('stg_' ~ source_name) }} as found
inner join divisions on found.{{ column }} = divisions.division_code
group by divisions.division_code
union all
{% endif %}
{% endfor %}
select
    cast(null as varchar) as source,
    cast(null as varchar) as division_code,
    cast(null as bigint) as outside_rows
where false
