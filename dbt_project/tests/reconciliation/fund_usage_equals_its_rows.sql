{# Each figure of a group equals the total of its traced rows: taken away from each other, nothing is left. #}
with entries as (
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        budget,
        allocated_in,
        received_in,
        passed_on,
        paid,
        refunded
    from {{ ref('fund_usage') }}
    union all
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        -amount as budget,
        0 as allocated_in,
        0 as received_in,
        0 as passed_on,
        0 as paid,
        0 as refunded
    from {{ ref('trace_budgets') }}
    union all
    select
        to_division as division_code,
        fiscal_year,
        programme,
        fund_source,
        0 as budget,
        -allocated_amount as allocated_in,
        -coalesce(received_amount, 0) as received_in,
        0 as passed_on,
        0 as paid,
        0 as refunded
    from {{ ref('trace_transfers') }}
    union all
    select
        from_division as division_code,
        fiscal_year,
        programme,
        fund_source,
        0 as budget,
        0 as allocated_in,
        0 as received_in,
        -allocated_amount as passed_on,
        0 as paid,
        0 as refunded
    from {{ ref('trace_transfers') }}
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
        case when amount > 0 then -amount else 0 end as paid,
        case when amount < 0 then amount else 0 end as refunded
    from {{ ref('trace_payments') }}
),

left_over as (
    select
        division_code,
        fiscal_year,
        programme,
        fund_source,
        sum(budget) as budget,
        sum(allocated_in) as allocated_in,
        sum(received_in) as received_in,
        sum(passed_on) as passed_on,
        sum(paid) as paid,
        sum(refunded) as refunded
    from entries
    group by division_code, fiscal_year, programme, fund_source
)

select * from left_over
where
    budget != 0
    or allocated_in != 0
    or received_in != 0
    or passed_on != 0
    or paid != 0
    or refunded != 0
