{% call measured('Q04') %}
    select
        jurisdiction,
        line_id as subject,
        {{ month_text('service_month') }} as period,
        {{ span_end('service_month', 'month') }} as judged_on,
        hours as measure,
        null as limit_value,
        service_month != visit_month as fails,
        amount_yuan as amount
    from {{ ref('msr_settlement_lines') }}
    where has_visit and service_month >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P01') %}
    select
        jurisdiction,
        batch_id as subject,
        {{ month_text('batch_month') }} as period,
        batch_ends_on as judged_on,
        lines_off_platform as measure,
        null as limit_value,
        null as fails,
        off_platform_yuan as amount
    from {{ ref('msr_settlement_batches') }}
    where batch_month >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P02') %}
    select
        jurisdiction,
        batch_id as subject,
        {{ month_text('batch_month') }} as period,
        batch_ends_on as judged_on,
        lines_that_differ as measure,
        null as limit_value,
        null as fails,
        differing_excess_yuan as amount
    from {{ ref('msr_settlement_batches') }}
    where batch_month >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P03') %}
    select
        jurisdiction,
        visit_id as subject,
        {{ month_text('latest_month') }} as period,
        {{ span_end('latest_month', 'month') }} as judged_on,
        lines as measure,
        null as limit_value,
        null as fails,
        repeated_yuan as amount
    from {{ ref('msr_settled_visits') }}
    where latest_month >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P04') %}
    select
        batches.last_payment_jurisdiction as jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.last_paid_on') }} as period,
        batches.last_payment_month_ends_on as judged_on,
        batches.paid_yuan as measure,
        batches.settled_yuan as limit_value,
        batches.paid_yuan - batches.settled_yuan > tolerance_yuan.exact_value as fails,
        batches.paid_yuan - batches.settled_yuan as amount
    from {{ ref('msr_settlement_batches') }} as batches
    {{ join_parameters(
        'P04', ['tolerance_yuan'], 'batches.last_payment_jurisdiction', 'batches.last_payment_month_ends_on'
    ) }}
    where batches.payments > 0 and batches.last_paid_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P05') %}
    select
        jurisdiction,
        subject,
        period,
        period_end as judged_on,
        payments as measure,
        null as limit_value,
        remaining_yuan > tolerance_yuan as fails,
        remaining_yuan as amount
    from {{ ref('msr_payment_groups') }}
    where last_paid_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('P06') %}
    select
        jurisdiction,
        payment_id as subject,
        paid_on as period,
        paid_on as judged_on,
        case when is_settled then 0 else 1 end as measure,
        null as limit_value,
        null as fails,
        amount_yuan as amount
    from {{ ref('msr_payments') }}
    where
        batch_id is not null
        or (programme = 'purchased_service' and purpose = 'service_fee' and payee_kind = 'provider')
{% endcall %}
union all
{% call measured('P07') %}
    select
        batches.jurisdiction,
        batches.batch_id as subject,
        {{ month_text('batches.batch_month') }} as period,
        batches.batch_ends_on as judged_on,
        {{ days_between('batches.batch_ends_on', as_of()) }} as measure,
        null as limit_value,
        batches.settled_yuan - batches.paid_yuan > tolerance_yuan.exact_value
        and {{ days_between('batches.batch_ends_on', as_of()) }} > max_days.exact_value as fails,
        batches.settled_yuan - batches.paid_yuan as amount
    from {{ ref('msr_settlement_batches') }} as batches
    {{ join_parameters('P07', ['tolerance_yuan', 'max_days'], 'batches.jurisdiction', 'batches.batch_ends_on') }}
{% endcall %}
union all
{% call measured('P08') %}
    select
        jurisdiction,
        payment_id as subject,
        paid_on as period,
        paid_on as judged_on,
        case when is_suspended then 1 when {{ has_ever_come('sanctions') }} then 0 end as measure,
        null as limit_value,
        null as fails,
        amount_yuan as amount
    from {{ ref('msr_payments') }}
    where payee_provider_id is not null
{% endcall %}
