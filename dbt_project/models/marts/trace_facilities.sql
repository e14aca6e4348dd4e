with traced as (
    select * from {{ ref('fct_facilities') }}
)

select
    {{ natural_columns('facilities', 'traced') }}
    traced.jurisdiction,
    traced.division_key,
    traced.is_open,
    traced.left_register,
    traced.version_on,
    traced.file,
    traced.sheet,
    traced.line
from traced
