{#
    P02's tolerances hold where P02 does not apply as well: such a place takes the widest of any other place, as it takes its
    lists (reg_rule_members).
#}
{% set tolerances = ['tolerance_hours', 'tolerance_yuan'] %}
with {% for name in tolerances %}
{{ name }} as (
    select max(exact_value) as elsewhere
    from {{ parameter_rows('P02', name) }} as places
    where {{ as_of() }} between valid_from and valid_to
),
{% endfor %}

lines as (
    select
        lines.line_id,
        lines.provider_id,
        lines.jurisdiction,
        lines.service_month,
        lines.is_off_platform,
        lines.differs
        or (
            lines.has_visit
            and batches.tolerance_hours is null
            and coalesce(lines.hours_apart > tolerance_hours.elsewhere, false)
        )
        or (
            lines.has_visit
            and batches.tolerance_yuan is null
            and coalesce(abs(lines.excess_yuan) > tolerance_yuan.elsewhere, false)
        ) as differs,
        again.visit_id is not null as is_settled_twice
    from {{ ref('msr_settlement_lines') }} as lines
    cross join tolerance_hours
    cross join tolerance_yuan
    inner join {{ ref('batch_heads') }} as batches on lines.batch_id = batches.batch_id
    left join {{ ref('visits_settled_again') }} as again on lines.visit_id = again.visit_id
    where lines.service_month >= {{ period_start() }}
)

select
    line_id,
    provider_id as provider,
    jurisdiction,
    service_month,
    not is_off_platform and not differs and not is_settled_twice as is_in_order
from lines
where jurisdiction is not null
