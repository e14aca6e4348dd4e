with traced as (
    select * from {{ ref('fct_payments') }}
)

select
    {{ natural_columns('payments', 'traced') }}
    traced.jurisdiction,
    traced.file,
    traced.sheet,
    traced.line
from traced
