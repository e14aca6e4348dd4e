with traced as (
    select * from {{ ref('fct_budgets') }}
)

select
    {{ natural_columns('budgets', 'traced') }}
    traced.jurisdiction,
    traced.file,
    traced.sheet,
    traced.line
from traced
