with traced as (
    select * from {{ ref('reg_residential_areas') }}
)

select
    {{ natural_columns('residential_areas', 'traced') }}
    traced.jurisdiction,
    traced.left_register,
    traced.version_on,
    traced.file,
    traced.sheet,
    traced.line
from traced
