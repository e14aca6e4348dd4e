with rows as (
    select * from {{ ref('fct_budgets') }}
)

select
    {{ natural_columns('budgets', 'rows') }}
    rows.jurisdiction,
    rows.file,
    rows.sheet,
    rows.line
from rows
