with rows as (
    select * from {{ ref('reg_residential_areas') }}
)

select
    {{ natural_columns('residential_areas', 'rows') }}
    rows.jurisdiction,
    rows.left_register,
    rows.version_on,
    rows.file,
    rows.sheet,
    rows.line
from rows
