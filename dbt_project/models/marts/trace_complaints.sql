with rows as (
    select * from {{ ref('fct_complaints') }}
)

select
    {{ natural_columns('complaints', 'rows') }}
    rows.jurisdiction,
    rows.month,
    rows.file,
    rows.sheet,
    rows.line
from rows
