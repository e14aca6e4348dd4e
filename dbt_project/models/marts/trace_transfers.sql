with traced as (
    select * from {{ ref('fct_transfers') }}
)

select
    {{ natural_columns('fund_transfers', 'traced') }}
    traced.from_jurisdiction,
    traced.to_jurisdiction,
    traced.file,
    traced.sheet,
    traced.line
from traced
