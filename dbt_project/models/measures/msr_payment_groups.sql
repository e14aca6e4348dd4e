{#
    Refunds name no payment: those of one payee, programme and span are a pool that the groups of that pool share. Each
    takes up to its excess in the order of its first payment, so what earlier groups leave is the pool less the sum of
    their excesses. A group under no policy, or on a day without a limit, has its share too: a claim is paid once.
#}
{% set pool = ['payee_id', 'programme', 'period_start', 'period_end'] %}
with payments as (
    select * from {{ ref('fct_payments') }}
    where programme is not null and period_start is not null and period_end is not null
),

paid as (
    select
        {{ pool | join(', ') }},
        purpose,
        amount_yuan,
        count(*) as payments,
        max(paid_on) as last_paid_on,
        min(payment_id) as first_payment_id,
        arg_min(division_code, payment_id) as division_code
    from payments
    where amount_yuan > 0
    group by {{ pool | join(', ') }}, purpose, amount_yuan
),

refunds as (
    select
        {{ pool | join(', ') }},
        -sum(amount_yuan) as refunded_yuan
    from payments
    where amount_yuan < 0
    group by {{ pool | join(', ') }}
),

exceeding as (
    select
        paid.*,
        divisions.jurisdiction,
        tolerance_yuan.exact_value as tolerance_yuan,
        coalesce(refunds.refunded_yuan, 0) as pool_yuan,
        greatest(paid.payments - cast(coalesce(max_payments.exact_value, 1) as bigint), 0) * paid.amount_yuan
            as excess_yuan
    from paid
    left join {{ ref('reg_divisions') }} as divisions on paid.division_code = divisions.division_code
    left join refunds
        on
            paid.payee_id = refunds.payee_id
            and paid.programme = refunds.programme
            and paid.period_start = refunds.period_start
            and paid.period_end = refunds.period_end
    {{ join_parameters('P05', ['max_payments', 'tolerance_yuan'], 'divisions.jurisdiction', 'paid.period_end') }}
),

shared as (
    select
        *,
        coalesce(sum(excess_yuan) over (
            partition by {{ pool | join(', ') }} order by first_payment_id
            rows between unbounded preceding and 1 preceding
        ), 0) as earlier_excess_yuan
    from exceeding
)

select
    {{ pool | join(', ') }},
    purpose,
    amount_yuan,
    payments,
    last_paid_on,
    first_payment_id,
    jurisdiction,
    tolerance_yuan,
    excess_yuan,
    excess_yuan - least(excess_yuan, greatest(pool_yuan - earlier_excess_yuan, 0)) as remaining_yuan,
    concat_ws('|', payee_id, programme, purpose, amount_yuan) as subject,
    period_start || '/' || period_end as period
from shared
