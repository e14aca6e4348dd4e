{# Where a line stands in the files is asked once, for the lines of all findings. #}
select
    behind.finding_id,
    behind.role,
    'settlement_lines' as source,
    lines.line_id as row_key,
    lines.file,
    lines.sheet,
    lines.line
from {{ ref('lines_behind_findings') }} as behind
inner join {{ ref('fct_settlement_lines') }} as lines on behind.line_id = lines.line_id
union all
{% call evidence_of('P04') %}
    select
        batches.last_payment_jurisdiction as jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.last_paid_on') }} as period,
        {{ evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('msr_settlement_batches') }} as batches
    inner join {{ ref('fct_payments') }} as payments on batches.batch_id = payments.batch_id
{% endcall %}
union all
{% call evidence_of('P05') %}
    select
        paid.jurisdiction,
        paid.subject,
        paid.period,
        case when payments.amount_yuan > 0 then 'counted' else 'ground' end as role,
        'payments' as source,
        payments.payment_id as row_key,
        payments.file,
        payments.sheet,
        payments.line
    from {{ ref('msr_payment_groups') }} as paid
    inner join {{ ref('fct_payments') }} as payments
        on
            paid.payee_id = payments.payee_id
            and paid.programme = payments.programme
            and paid.period_start = payments.period_start
            and paid.period_end = payments.period_end
    where
        payments.amount_yuan < 0
        or (payments.purpose = paid.purpose and payments.amount_yuan = paid.amount_yuan)
{% endcall %}
union all
{% call evidence_of('P06') %}
    select
        jurisdiction,
        payment_id as subject,
        cast(paid_on as varchar) as period,
        {{ evidence_row('counted', 'payments', 'payment_id') }}
    from {{ ref('msr_payments') }}
{% endcall %}
union all
{% call evidence_of('P07') %}
    select
        batches.jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.batch_month') }} as period,
        {{ evidence_row('ground', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('msr_settlement_batches') }} as batches
    inner join {{ ref('fct_payments') }} as payments on batches.batch_id = payments.batch_id
{% endcall %}
union all
{% call evidence_of('P08') %}
    select
        jurisdiction,
        payment_id as subject,
        cast(paid_on as varchar) as period,
        {{ evidence_row('counted', 'payments', 'payment_id') }}
    from {{ ref('msr_payments') }}
    union all
    select
        payments.jurisdiction,
        payments.payment_id as subject,
        cast(payments.paid_on as varchar) as period,
        {{ staged_evidence_row('ground', 'sanctions', 'sanctions.sanction_id', 'sanctions') }}
    from {{ ref('msr_payments') }} as payments
    inner join {{ ref('stg_sanctions') }} as sanctions
        on
            payments.payee_provider_id = sanctions.provider_id
            and {{ in_force('payments.paid_on', 'sanctions.starts_on', 'sanctions.ends_on') }}
    inner join {{ member_rows('P08', 'suspending_sanctions') }} as suspending
        on
            sanctions.kind = suspending.member
            and payments.jurisdiction = suspending.jurisdiction
            and payments.paid_on between suspending.valid_from and suspending.valid_to
{% endcall %}
