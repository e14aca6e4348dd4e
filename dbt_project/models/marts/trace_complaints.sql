with traced as (
    select * from {{ ref('fct_complaints') }}
)

select
    {{ natural_columns('complaints', 'traced') }}
    traced.jurisdiction,
    traced.month,
    traced.file,
    traced.sheet,
    traced.line
from traced
