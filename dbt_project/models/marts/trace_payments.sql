with rows as (
    select * from {{ ref('fct_payments') }}
)

select
    {{ natural_columns('payments', 'rows') }}
    rows.jurisdiction,
    rows.file,
    rows.sheet,
    rows.line
from rows
