with settled as (
    select
        batch_id,
        count(*) as lines,
        sum(amount_yuan) as settled_yuan,
        count(*) filter (where is_off_platform) as lines_off_platform,
        coalesce(sum(amount_yuan) filter (where is_off_platform), 0) as off_platform_yuan,
        count(*) filter (where differs) as lines_that_differ,
        coalesce(sum(greatest(excess_yuan, 0)) filter (where differs), 0) as differing_excess_yuan
    from {{ ref('msr_settlement_lines') }}
    group by batch_id
),

paid as (
    select
        batch_id,
        count(*) as payments,
        sum(amount_yuan) as paid_yuan,
        max(paid_on) as last_paid_on,
        arg_max(division_code, paid_on || payment_id) as last_division
    from {{ ref('fct_payments') }}
    where batch_id is not null
    group by batch_id
)

select
    heads.jurisdiction,
    heads.batch_month,
    heads.batch_ends_on,
    settled.*,
    coalesce(paid.payments, 0) as payments,
    coalesce(paid.paid_yuan, 0) as paid_yuan,
    paid.last_paid_on,
    {{ span_end(month_start('paid.last_paid_on'), 'month') }} as last_payment_month_ends_on,
    divisions.jurisdiction as last_payment_jurisdiction
from settled
inner join {{ ref('batch_heads') }} as heads on settled.batch_id = heads.batch_id
left join paid on settled.batch_id = paid.batch_id
left join {{ ref('reg_divisions') }} as divisions on paid.last_division = divisions.division_code
