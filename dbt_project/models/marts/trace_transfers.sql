with rows as (
    select * from {{ ref('fct_transfers') }}
)

select
    {{ natural_columns('fund_transfers', 'rows') }}
    rows.from_jurisdiction,
    rows.to_jurisdiction,
    rows.file,
    rows.sheet,
    rows.line
from rows
