{#
    Whether a visit is on the platform is asked of all that ever came, whatever its day; what it says, of the visits up to
    as_of. A visit that is on file without being among these is one whose newest version is dated after as_of.
#}
{% set binary_noise = 9 %}
with compared as (
    select
        lines.line_id,
        lines.batch_id,
        lines.visit_id,
        lines.provider_id,
        lines.jurisdiction,
        lines.service_month,
        lines.hours,
        lines.amount_yuan,
        visits.visit_id is not null as has_visit,
        visits.visit_id is null and later.visit_id is null as is_off_platform,
        visits.service_month as visit_month,
        lines.provider_id != visits.provider_id as is_other_provider,
        round(abs(lines.hours - visits.minutes / 60), {{ binary_noise }}) as hours_apart,
        cast(lines.amount_yuan - visits.subsidy_amount_yuan as decimal(18, 2)) as excess_yuan
    from {{ ref('fct_settlement_lines') }} as lines
    left join {{ ref('fct_visits') }} as visits on lines.visit_id = visits.visit_id
    left join ({{ later_keys_of('visits') }}) as later on lines.visit_id = later.visit_id
)

select
    compared.line_id,
    compared.batch_id,
    compared.visit_id,
    compared.provider_id,
    compared.jurisdiction,
    compared.service_month,
    compared.hours,
    compared.amount_yuan,
    compared.has_visit,
    compared.visit_month,
    compared.hours_apart,
    compared.excess_yuan,
    compared.is_off_platform,
    compared.has_visit and (
        compared.is_other_provider
        or coalesce(compared.hours_apart > batches.tolerance_hours, false)
        or coalesce(abs(compared.excess_yuan) > batches.tolerance_yuan, false)
    ) as differs
from compared
inner join {{ ref('batch_heads') }} as batches on compared.batch_id = batches.batch_id
