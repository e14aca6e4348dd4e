{{ config(materialized='table') }}

{# A batch, a line and a visit have one result per rule, so the subject alone leads from a finding to its lines. #}
with lines as (
    select * from {{ ref('msr_settlement_lines') }}
),

findings as (
    select
        finding_id,
        rule,
        subject
    from {{ ref('rule_findings') }}
)

select
    findings.finding_id,
    'counted' as role,
    lines.line_id,
    lines.visit_id as compared_visit_id
from lines
inner join findings on findings.rule = 'Q04' and lines.line_id = findings.subject
union all
select
    findings.finding_id,
    'counted' as role,
    lines.line_id,
    null as compared_visit_id
from lines
inner join findings on findings.rule = 'P03' and lines.visit_id = findings.subject
union all
select
    findings.finding_id,
    case when findings.rule = 'P04' then 'ground' else 'counted' end as role,
    lines.line_id,
    case when findings.rule = 'P02' then lines.visit_id end as compared_visit_id
from lines
inner join findings on findings.rule in ('P01', 'P02', 'P04', 'P07') and lines.batch_id = findings.subject
where
    case findings.rule
        when 'P01' then lines.is_off_platform
        when 'P02' then lines.differs
        else true
    end
