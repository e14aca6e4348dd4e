{#
    What the rows behind findings say, so that a finding can be recomputed without the warehouse: the contract's columns
    without quasi-identifiers, as they came.
#}
with behind as (
    select distinct
        source,
        row_key,
        file,
        sheet,
        line
    from {{ ref('finding_evidence') }}
)

{% for source_name, contract in contracts().items() %}
select
    behind.source,
    behind.row_key,
    behind.file,
    behind.sheet,
    behind.line,
    {{ row_json('accepted', contract.columns | rejectattr('is_quasi') | map(attribute='name') | list) }} as facts
from {{ source('raw', source_name) }} as accepted
inner join behind
    on
        behind.source = '{{ source_name }}'
        and accepted._line = behind.line
        and accepted._sheet = behind.sheet
        and accepted._file = behind.file
{% if not loop.last %}union all{% endif %}
{% endfor %}
