{#
    The sanctions of a provider stand in a queue for its refunds. Each takes a stretch as long as its due on the line of
    refunds, not before the end of the one in front and not before the first refund dated from its own start on:
    end_i = max over j <= i of (refunded before j - due of those in front of j) + due up to i. What reaches beyond the last
    refund is not covered.
#}
with dues as (
    select
        sanctions.sanction_id,
        sanctions.provider_id,
        sanctions.starts_on,
        {{ cents('sanctions.refund_due') }} as due_cents,
        sum({{ cents('sanctions.refund_due') }}) over (
            partition by sanctions.provider_id order by sanctions.starts_on, sanctions.sanction_id
            rows unbounded preceding
        ) as due_to
    from {{ ref('stg_sanctions') }} as sanctions
    where sanctions.refund_due > 0 and sanctions.provider_id is not null
),

lines as (
    select
        dues.*,
        coalesce(max(refunds.stands_to), 0) as line_end,
        coalesce(max(refunds.stands_to) filter (where refunds.paid_on < dues.starts_on), 0) as refunded_before
    from dues
    left join {{ ref('msr_refunds') }} as refunds on dues.provider_id = refunds.payee_id
    group by dues.sanction_id, dues.provider_id, dues.starts_on, dues.due_cents, dues.due_to
),

stretches as (
    select
        *,
        due_to + max(refunded_before - (due_to - due_cents)) over (
            partition by provider_id order by starts_on, sanction_id rows unbounded preceding
        ) as takes_to
    from lines
)

select
    sanction_id,
    provider_id,
    due_cents,
    takes_to - due_cents as takes_from,
    takes_to,
    least(takes_to, line_end) - least(takes_to - due_cents, line_end) as refunded_cents
from stretches
