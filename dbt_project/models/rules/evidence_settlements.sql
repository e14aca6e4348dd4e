{% call evidence_of('Q04') %}
    select
        jurisdiction,
        line_id as subject,
        {{ month_text('service_month') }} as period,
        {{ evidence_row('counted', 'settlement_lines', 'line_id') }}
    from {{ ref('msr_settlement_lines') }}
    where visit_month != service_month
    union all
    select
        lines.jurisdiction,
        lines.line_id as subject,
        {{ month_text('lines.service_month') }} as period,
        {{ evidence_row('ground', 'visits', 'visits.visit_id', 'visits') }}
    from {{ ref('msr_settlement_lines') }} as lines
    inner join {{ ref('fct_visits') }} as visits on lines.visit_id = visits.visit_id
    where lines.visit_month != lines.service_month
{% endcall %}
union all
{% call evidence_of('P01') %}
    select
        batch_jurisdiction as jurisdiction,
        batch_id as subject,
        {{ month_text('batch_month') }} as period,
        {{ evidence_row('counted', 'settlement_lines', 'line_id') }}
    from {{ ref('msr_settlement_lines') }}
    where is_off_platform
{% endcall %}
union all
{% call evidence_of('P02') %}
    select
        batch_jurisdiction as jurisdiction,
        batch_id as subject,
        {{ month_text('batch_month') }} as period,
        {{ evidence_row('counted', 'settlement_lines', 'line_id') }}
    from {{ ref('msr_settlement_lines') }}
    where differs
    union all
    select
        lines.batch_jurisdiction as jurisdiction,
        lines.batch_id as subject,
        {{ month_text('lines.batch_month') }} as period,
        {{ evidence_row('ground', 'visits', 'visits.visit_id', 'visits') }}
    from {{ ref('msr_settlement_lines') }} as lines
    inner join {{ ref('fct_visits') }} as visits on lines.visit_id = visits.visit_id
    where lines.differs
{% endcall %}
union all
{% call evidence_of('P03') %}
    select
        visits.jurisdiction,
        visits.visit_id as subject,
        {{ month_text('visits.latest_month') }} as period,
        {{ evidence_row('counted', 'settlement_lines', 'lines.line_id', 'lines') }}
    from {{ ref('msr_settled_visits') }} as visits
    inner join {{ ref('msr_settlement_lines') }} as lines on visits.visit_id = lines.visit_id
    where visits.lines > 1
{% endcall %}
union all
{% call evidence_of('P04') %}
    select
        batches.last_payment_jurisdiction as jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.last_paid_on') }} as period,
        {{ evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('msr_settlement_batches') }} as batches
    inner join {{ ref('fct_payments') }} as payments on batches.batch_id = payments.batch_id
    union all
    select
        batches.last_payment_jurisdiction as jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.last_paid_on') }} as period,
        {{ evidence_row('ground', 'settlement_lines', 'lines.line_id', 'lines') }}
    from {{ ref('msr_settlement_batches') }} as batches
    inner join {{ ref('msr_settlement_lines') }} as lines on batches.batch_id = lines.batch_id
    where batches.batch_id in (select found.subject from {{ ref('rule_findings') }} as found where found.rule = 'P04')
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
        batch_jurisdiction as jurisdiction,
        batch_id as subject,
        {{ month_text('batch_month') }} as period,
        {{ evidence_row('counted', 'settlement_lines', 'line_id') }}
    from {{ ref('msr_settlement_lines') }}
    where batch_id in (select found.subject from {{ ref('rule_findings') }} as found where found.rule = 'P07')
    union all
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
