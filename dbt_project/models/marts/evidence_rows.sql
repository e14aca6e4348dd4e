{#
    What the rows behind findings say, so that a finding can be recomputed without the warehouse: the contract's columns
    without quasi-identifiers, as they came. A file that was overwritten in place has had several contents under its name: a
    row is told by its key too, and what the newest content says of it counts.
#}
with behind as (
    select distinct
        source,
        row_key,
        file,
        sheet,
        line
    from {{ ref('finding_evidence') }}
),

found as (
    {% for source_name, contract in contracts().items() %}
    select
        behind.*,
        accepted._file_order as file_order,
        {{ row_json('accepted', contract.columns | rejectattr('is_quasi') | map(attribute='name') | list) }} as facts
    from {{ source('raw', source_name) }} as accepted
    inner join behind
        on
            behind.source = '{{ source_name }}'
            -- A key of one column is compared as it stands: among ten million rows that is three times as quick.
            and {{ 'accepted.' ~ contract.key[0] if contract.key | length == 1
                else "concat_ws('|', accepted." ~ contract.key | join(', accepted.') ~ ')' }} = behind.row_key
            and accepted._line = behind.line
            and accepted._sheet = behind.sheet
            and accepted._file = behind.file
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    source,
    row_key,
    file,
    sheet,
    line,
    arg_max(facts, file_order) as facts
from found
group by source, row_key, file, sheet, line
