{# A batch is settled as a whole: its place is that of its first line, its month the latest of all. #}
with heads as (
    select
        lines.batch_id,
        lines.latest_month as batch_month,
        {{ span_end('lines.latest_month', 'month') }} as batch_ends_on,
        divisions.jurisdiction
    from (
        select
            batch_id,
            max(service_month) as latest_month,
            arg_min(division_code, line_id) as division_code
        from {{ ref('fct_settlement_lines') }}
        group by batch_id
    ) as lines
    left join {{ ref('reg_divisions') }} as divisions on lines.division_code = divisions.division_code
)

select
    heads.*,
    tolerance_hours.value as tolerance_hours,
    tolerance_yuan.exact_value as tolerance_yuan
from heads
{{ join_parameters('P02', ['tolerance_hours', 'tolerance_yuan'], 'heads.jurisdiction', 'heads.batch_ends_on') }}
