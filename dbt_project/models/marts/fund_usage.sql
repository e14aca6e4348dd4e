{# Each source brings its own columns and 0 for the rest; the sum then keeps an empty programme as a group of its own. #}
with divisions as (
    select * from {{ ref('reg_divisions') }}
),

movements as (
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        amount_yuan as budget,
        0 as allocated_in,
        0 as received_in,
        0 as passed_on,
        0 as paid,
        0 as refunded,
        true as has_budget
    from {{ ref('fct_budgets') }}
    union all
    select
        to_division as division_code,
        fiscal_year,
        programme,
        fund_source,
        0 as budget,
        allocated_amount_yuan as allocated_in,
        coalesce(received_amount_yuan, 0) as received_in,
        0 as passed_on,
        0 as paid,
        0 as refunded,
        false as has_budget
    from {{ ref('fct_transfers') }}
    union all
    select
        from_division as division_code,
        fiscal_year,
        programme,
        fund_source,
        0 as budget,
        0 as allocated_in,
        0 as received_in,
        allocated_amount_yuan as passed_on,
        0 as paid,
        0 as refunded,
        false as has_budget
    from {{ ref('fct_transfers') }}
    union all
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        0 as budget,
        0 as allocated_in,
        0 as received_in,
        0 as passed_on,
        paid_yuan as paid,
        refunded_yuan as refunded,
        false as has_budget
    from {{ ref('fct_payments') }}
),

totals as (
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        cast(sum(budget) as decimal(18, 2)) as budget,
        cast(sum(allocated_in) as decimal(18, 2)) as allocated_in,
        cast(sum(received_in) as decimal(18, 2)) as received_in,
        cast(sum(passed_on) as decimal(18, 2)) as passed_on,
        cast(sum(paid) as decimal(18, 2)) as paid,
        cast(sum(refunded) as decimal(18, 2)) as refunded,
        bool_or(has_budget) as has_budget
    from movements
    group by division_code, fiscal_year, programme, fund_source
)

select
    totals.division_code,
    totals.fiscal_year,
    totals.programme,
    totals.fund_source,
    totals.budget,
    totals.allocated_in,
    totals.received_in,
    totals.passed_on,
    totals.paid,
    totals.refunded,
    totals.has_budget,
    divisions.jurisdiction
from totals
left join divisions on totals.division_code = divisions.division_code
