with budgets as (
    select * from {{ ref('stg_budgets') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('budgets', 'budgets') }}
    divisions.jurisdiction,
    {{ evidence('budgets') }}
from budgets
left join divisions on budgets.division_code = divisions.division_code
