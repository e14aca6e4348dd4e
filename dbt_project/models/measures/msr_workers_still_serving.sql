{# A threshold that was reached on a day without the rule in force is no finding of C01. #}
with reached as (
    select
        workers.jurisdiction,
        workers.worker_id,
        workers.reached_on
    from {{ ref('msr_worker_complaints') }} as workers
    inner join {{ ref('reg_rule_windows') }} as windows
        on
            windows.rule = 'C01'
            and workers.jurisdiction = windows.jurisdiction
            and workers.reached_on between windows.valid_from and windows.valid_to
)

select
    reached.jurisdiction,
    reached.worker_id,
    reached.reached_on,
    count(visits.visit_id) as visits_after,
    sum(visits.subsidy_yuan) as visits_after_yuan
from reached
left join {{ ref('visit_numbers') }} as numbers on reached.worker_id = numbers.id
left join {{ ref('visit_tests') }} as visits
    on
        reached.jurisdiction = visits.jurisdiction
        and numbers.number = visits.worker_number
        and reached.reached_on < visits.service_date
group by reached.jurisdiction, reached.worker_id, reached.reached_on
