{# Each refund takes a stretch on a line on which the refunds of a payee lie one behind the other, in whole cents. #}
with refunds as (
    select
        payments.payment_id,
        payments.payee_id,
        payments.paid_on,
        {{ cents('-payments.amount') }} as refunded_cents,
        {{ evidence('payments') }}
    from {{ ref('stg_payments') }} as payments
    where payments.amount < 0
)

select
    *,
    sum(refunded_cents) over earlier - refunded_cents as stands_from,
    sum(refunded_cents) over earlier as stands_to
from refunds
window earlier as (partition by payee_id order by paid_on, payment_id rows unbounded preceding)
