with rows as (
    select * from {{ ref('fct_division_statistics') }}
)

select
    {{ natural_columns('division_statistics', 'rows') }}
    rows.jurisdiction,
    rows.division_key,
    rows.is_newest,
    rows.file,
    rows.sheet,
    rows.line
from rows
