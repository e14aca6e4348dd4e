{#
    Payments of a batch draw on its settlement one after the other, the earliest first, until it is used up; what is paid
    back sets it free again. So covered amounts add up over any choice of payments without counting a settlement twice.
#}
with payments as (
    select * from {{ ref('fct_payments') }}
),

settled as (
    select
        batch_id,
        settled_yuan
    from {{ ref('msr_settlement_batches') }}
),

running as (
    select
        payments.payment_id,
        settled.settled_yuan,
        sum(payments.amount_yuan) over in_order as paid_so_far,
        sum(payments.amount_yuan) over in_order - payments.amount_yuan as paid_before
    from payments
    inner join settled on payments.batch_id = settled.batch_id
    window in_order as (
        partition by payments.batch_id order by payments.paid_on, payments.payment_id
    )
),

covered as (
    select
        payment_id,
        greatest(least(paid_so_far, settled_yuan), 0) - greatest(least(paid_before, settled_yuan), 0) as covered_yuan
    from running
)

select
    payments.payment_id,
    payments.division_code,
    payments.fiscal_year,
    payments.programme,
    payments.fund_source,
    payments.jurisdiction,
    payments.batch_id,
    payments.paid_on,
    cast(payments.amount_yuan as decimal(18, 2)) as amount,
    cast(coalesce(covered.covered_yuan, 0) as decimal(18, 2)) as covered,
    case
        when payments.amount_yuan < 0 then 'refund'
        when covered.payment_id is not null and covered.covered_yuan = payments.amount_yuan then 'covered'
        when covered.payment_id is not null then 'above_settlement'
        when payments.batch_id is not null then 'batch_without_lines'
        else 'no_batch'
    end as state,
    payments.file,
    payments.sheet,
    payments.line
from payments
left join covered on payments.payment_id = covered.payment_id
