{#
    Whether a visit is on the platform is asked of all that ever came, whatever its day; what it says, of the visits up to
    as_of. A visit that is on file without being among these is one whose newest version is dated after as_of.
#}
{% set binary_noise = 9 %}
with lines as (
    select * from {{ ref('fct_settlement_lines') }}
),

visits as (
    select
        visit_id,
        provider_id,
        service_month,
        minutes,
        subsidy_amount_yuan,
        true as has_come
    from {{ ref('fct_visits') }}
    union all
    select
        visit_id,
        null as provider_id,
        null as service_month,
        null as minutes,
        null as subsidy_amount_yuan,
        false as has_come
    from ({{ later_keys_of('visits') }})
),

-- A batch is settled as a whole: its place is that of its first line, its month the latest of all.
batches as (
    select
        heads.batch_id,
        heads.latest_month,
        {{ span_end('heads.latest_month', 'month') }} as batch_ends_on,
        divisions.jurisdiction
    from (
        select
            batch_id,
            max(service_month) as latest_month,
            arg_min(division_code, line_id) as division_code
        from lines
        group by batch_id
    ) as heads
    left join {{ ref('reg_divisions') }} as divisions on heads.division_code = divisions.division_code
),

compared as (
    select
        lines.line_id,
        lines.batch_id,
        lines.visit_id,
        lines.jurisdiction,
        lines.service_month,
        lines.hours,
        lines.amount_yuan,
        coalesce(visits.has_come, false) as has_visit,
        visits.visit_id is null as is_off_platform,
        visits.service_month as visit_month,
        lines.provider_id != visits.provider_id as is_other_provider,
        round(abs(lines.hours - visits.minutes / 60), {{ binary_noise }}) as hours_apart,
        lines.amount_yuan - visits.subsidy_amount_yuan as excess_yuan
    from lines
    left join visits on lines.visit_id = visits.visit_id
)

select
    compared.line_id,
    compared.batch_id,
    compared.visit_id,
    compared.jurisdiction,
    compared.service_month,
    compared.hours,
    compared.amount_yuan,
    compared.has_visit,
    compared.visit_month,
    compared.excess_yuan,
    batches.jurisdiction as batch_jurisdiction,
    batches.latest_month as batch_month,
    batches.batch_ends_on,
    compared.is_off_platform,
    compared.has_visit and (
        compared.is_other_provider
        or coalesce(compared.hours_apart > tolerance_hours.value, false)
        or coalesce(abs(compared.excess_yuan) > tolerance_yuan.exact_value, false)
    ) as differs
from compared
inner join batches on compared.batch_id = batches.batch_id
{{ join_parameters('P02', ['tolerance_hours', 'tolerance_yuan'], 'batches.jurisdiction', 'batches.batch_ends_on') }}
