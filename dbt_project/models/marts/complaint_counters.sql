{# How near each worker (C01) and each contract (C03) is to the number at which the text draws a consequence. #}
with workers as (
    select
        'C01' as rule,
        measured.jurisdiction,
        measured.worker_id as subject,
        measured.complaints,
        measured.reached_on,
        measured.last_complaint_on as judged_on,
        null as starts_on,
        null as ends_on
    from {{ ref('msr_worker_complaints') }} as measured
    where measured.complaints > 0
),

contracts as (
    select
        'C03' as rule,
        measured.jurisdiction,
        measured.contract_id as subject,
        measured.complaints,
        measured.reached_on,
        coalesce(measured.reached_on, {{ as_of() }}) as judged_on,
        measured.starts_on,
        measured.ends_on
    from {{ ref('msr_contract_complaints') }} as measured
    where measured.complaints > 0 and measured.starts_on <= {{ as_of() }} and measured.ends_on >= {{ period_start() }}
),

counters as (
    select * from workers
    union all
    select * from contracts
),

newest as (
    select
        worker_id,
        jurisdiction,
        arg_max(provider_id, received_on || complaint_id) as provider_id,
        arg_max(division_code, received_on || complaint_id) as division_code
    from {{ ref('fct_complaints') }}
    where is_upheld and target_kind = 'worker' and worker_id is not null
    group by worker_id, jurisdiction
)

select
    counters.rule,
    counters.jurisdiction,
    counters.subject,
    coalesce(contract.division_code, newest.division_code) as division_code,
    coalesce(contract.provider_id, newest.provider_id) as provider_id,
    cast(counters.complaints as bigint) as complaints,
    cast(windows.limit_value as bigint) as threshold,
    counters.reached_on,
    counters.judged_on,
    cast(counters.starts_on as date) as starts_on,
    cast(counters.ends_on as date) as ends_on
from counters
left join {{ ref('reg_contracts') }} as contract
    on counters.rule = 'C03' and counters.subject = contract.contract_id
left join newest
    on
        counters.rule = 'C01'
        and counters.subject = newest.worker_id
        and counters.jurisdiction = newest.jurisdiction
inner join {{ ref('reg_rule_windows') }} as windows
    on
        counters.rule = windows.rule
        and counters.jurisdiction = windows.jurisdiction
        and counters.judged_on between windows.valid_from and windows.valid_to
