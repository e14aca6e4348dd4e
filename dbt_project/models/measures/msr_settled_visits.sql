{{ config(materialized='view') }}

{# Nearly all visits stand on one line, which then says all there is to say. #}
select
    lines.visit_id,
    1 as lines,
    lines.service_month as latest_month,
    cast(0 as decimal(18, 2)) as repeated_yuan,
    lines.jurisdiction
from {{ ref('msr_settlement_lines') }} as lines
{{ anti_join(ref('visits_settled_again') ~ ' as again', ['lines.visit_id = again.visit_id']) }}
union all
select
    visit_id,
    lines,
    latest_month,
    repeated_yuan,
    jurisdiction
from {{ ref('visits_settled_again') }}
