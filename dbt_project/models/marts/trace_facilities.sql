with rows as (
    select * from {{ ref('fct_facilities') }}
)

select
    {{ natural_columns('facilities', 'rows') }}
    rows.jurisdiction,
    rows.division_key,
    rows.is_open,
    rows.left_register,
    rows.version_on,
    rows.file,
    rows.sheet,
    rows.line
from rows
