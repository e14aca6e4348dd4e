with traced as (
    select * from {{ ref('fct_division_statistics') }}
)

select
    {{ natural_columns('division_statistics', 'traced') }}
    traced.jurisdiction,
    traced.division_key,
    traced.is_newest,
    traced.file,
    traced.sheet,
    traced.line
from traced
