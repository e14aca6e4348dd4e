{#
    Windows of C01 end on each day with a complaint in the period, and on the period's first day. Only those that end with a
    complaint can reach the threshold; all of them count for the greatest number. Days without the rule are no ends.
#}
with upheld as (
    select
        jurisdiction,
        worker_id,
        received_on
    from {{ ref('fct_complaints') }}
    where is_upheld and target_kind = 'worker' and worker_id is not null and jurisdiction is not null
),

workers as (
    select
        jurisdiction,
        worker_id,
        max(received_on) as last_complaint_on
    from upheld
    where received_on >= {{ period_start() }}
    group by jurisdiction, worker_id
),

ends as (
    select distinct
        jurisdiction,
        worker_id,
        received_on as ends_on,
        true as is_complaint
    from upheld
    where received_on >= {{ period_start() }}
    union all
    select
        jurisdiction,
        worker_id,
        {{ period_start() }} as ends_on,
        false as is_complaint
    from workers
),

windows as (
    select
        ends.jurisdiction,
        ends.worker_id,
        ends.ends_on,
        ends.is_complaint,
        threshold.value as threshold,
        count(*) as complaints
    from ends
    inner join {{ ref('reg_rule_windows') }} as in_force
        on
            in_force.rule = 'C01'
            and ends.jurisdiction = in_force.jurisdiction
            and ends.ends_on between in_force.valid_from and in_force.valid_to
    {{ join_parameters('C01', ['threshold', 'window_days'], 'ends.jurisdiction', 'ends.ends_on') }}
    inner join upheld
        on
            ends.jurisdiction = upheld.jurisdiction
            and ends.worker_id = upheld.worker_id
            and ends.ends_on >= upheld.received_on
            and {{ days_between('upheld.received_on', 'ends.ends_on') }} < window_days.value
    group by ends.jurisdiction, ends.worker_id, ends.ends_on, ends.is_complaint, threshold.value
),

reached as (
    select
        jurisdiction,
        worker_id,
        max(complaints) as complaints,
        min(ends_on) filter (where is_complaint and complaints >= threshold) as reached_on
    from windows
    group by jurisdiction, worker_id
)

select
    workers.jurisdiction,
    workers.worker_id,
    workers.last_complaint_on,
    reached.complaints,
    reached.reached_on
from workers
left join reached on workers.jurisdiction = reached.jurisdiction and workers.worker_id = reached.worker_id
