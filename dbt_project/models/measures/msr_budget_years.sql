with budgets as (
    select
        division_code,
        fiscal_year,
        programme,
        jurisdiction,
        sum(amount_yuan) as budget_yuan
    from {{ ref('fct_budgets') }}
    where fiscal_year between {{ year_of(period_start()) }} and {{ year_of(as_of()) }}
    group by division_code, fiscal_year, programme, jurisdiction
),

paid as (
    select
        division_code,
        fiscal_year,
        programme,
        sum(amount_yuan) as paid_yuan
    from {{ ref('fct_payments') }}
    where fiscal_year between {{ year_of(period_start()) }} and {{ year_of(as_of()) }}
    group by division_code, fiscal_year, programme
)

select
    budgets.*,
    {{ span_end(year_start('budgets.fiscal_year'), 'year') }} as year_ends_on,
    coalesce(paid.paid_yuan, 0) as paid_yuan,
    budgets.division_code || '|' || budgets.programme as subject
from budgets
left join paid
    on
        budgets.division_code = paid.division_code
        and budgets.fiscal_year = paid.fiscal_year
        and budgets.programme = paid.programme
