with lines as (
    select * from {{ ref('fct_settlement_lines') }}
),

compared as (
    select * from {{ ref('msr_settlement_lines') }}
),

batches as (
    select * from {{ ref('msr_settlement_batches') }}
),

heads as (
    select
        batch_id,
        arg_min(division_code, line_id) as division_code,
        arg_min(provider_id, line_id) as provider_id,
        arg_min(programme, line_id) as programme,
        count(distinct provider_id) as providers,
        min(service_month) as first_month
    from lines
    group by batch_id
),

recorded as (
    select
        batch_id,
        count(*) filter (where has_visit) as lines_with_visit,
        coalesce(sum(amount_yuan - excess_yuan) filter (where has_visit), 0) as recorded_yuan
    from compared
    group by batch_id
),

repeated as (
    select
        compared.batch_id,
        count(*) as lines_settled_again
    from compared
    inner join {{ ref('visits_settled_again') }} as again on compared.visit_id = again.visit_id
    group by compared.batch_id
)

select
    batches.batch_id,
    heads.division_code,
    batches.jurisdiction,
    heads.provider_id,
    cast(heads.providers as bigint) as providers,
    heads.programme,
    heads.first_month,
    batches.batch_month as last_month,
    cast(batches.lines as bigint) as lines,
    cast(recorded.lines_with_visit as bigint) as lines_with_visit,
    cast(batches.lines_off_platform as bigint) as lines_off_platform,
    cast(batches.lines_that_differ as bigint) as lines_that_differ,
    cast(coalesce(repeated.lines_settled_again, 0) as bigint) as lines_settled_again,
    cast(batches.settled_yuan as decimal(18, 2)) as settled,
    cast(recorded.recorded_yuan as decimal(18, 2)) as recorded,
    cast(batches.off_platform_yuan as decimal(18, 2)) as off_platform,
    cast(batches.payments as bigint) as payments,
    cast(batches.paid_yuan as decimal(18, 2)) as paid,
    batches.last_paid_on
from batches
inner join heads on batches.batch_id = heads.batch_id
inner join recorded on batches.batch_id = recorded.batch_id
left join repeated on batches.batch_id = repeated.batch_id
