{# Complaints about a worker from the beginning of the window that ends on the first day of the period. #}
{% set worker_complaints %}
    select
        workers.jurisdiction,
        workers.worker_id as subject,
        {{ day_text('workers.reached_on') }} as period,
        complaints.complaint_id,
        complaints.file,
        complaints.sheet,
        complaints.line
    from {{ ref('msr_worker_complaints') }} as workers
    inner join {{ ref('fct_complaints') }} as complaints
        on workers.jurisdiction = complaints.jurisdiction and workers.worker_id = complaints.worker_id
    {{ join_parameters('C01', ['window_days'], 'workers.jurisdiction', 'workers.reached_on') }}
    where
        complaints.is_upheld
        and complaints.target_kind = 'worker'
        and {{ days_between('complaints.received_on', period_start()) }} < window_days.value
{% endset %}
{% call evidence_of('C01') %}
    select
        jurisdiction,
        subject,
        period,
        {{ evidence_row('counted', 'complaints', 'complaint_id') }}
    from ({{ worker_complaints }})
{% endcall %}
union all
{% call evidence_of('C02') %}
    select
        jurisdiction,
        subject,
        period,
        {{ evidence_row('ground', 'complaints', 'complaint_id') }}
    from ({{ worker_complaints }})
{% endcall %}
union all
{% call evidence_of('C03') %}
    select
        contracts.jurisdiction,
        contracts.contract_id as subject,
        {{ day_text('reached.reached_on') }} as period,
        {{ evidence_row('counted', 'complaints', 'complaints.complaint_id', 'complaints') }}
    from {{ ref('msr_contract_complaints') }} as reached
    inner join {{ ref('reg_contracts') }} as contracts on reached.contract_id = contracts.contract_id
    inner join {{ ref('fct_complaints') }} as complaints
        on
            contracts.provider_id = complaints.provider_id
            and contracts.jurisdiction = complaints.jurisdiction
            and complaints.received_on between contracts.starts_on and contracts.ends_on
    where complaints.is_upheld and complaints.target_kind = 'provider'
    union all
    select
        contracts.jurisdiction,
        contracts.contract_id as subject,
        {{ day_text('reached.reached_on') }} as period,
        {{ evidence_row('ground', 'contracts', 'contracts.contract_id', 'contracts') }}
    from {{ ref('msr_contract_complaints') }} as reached
    inner join {{ ref('reg_contracts') }} as contracts on reached.contract_id = contracts.contract_id
{% endcall %}
{% for rule, day in {'C04': 'closed_on', 'C05': 'received_on', 'C06': 'received_on'}.items() %}
union all
{% call evidence_of(rule) %}
    select
        jurisdiction,
        complaint_id as subject,
        {{ day_text(day) }} as period,
        {{ evidence_row('counted', 'complaints', 'complaint_id') }}
    from {{ ref('fct_complaints') }}
{% endcall %}
{% endfor %}
