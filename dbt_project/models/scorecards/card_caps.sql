{#
    Findings that a person has confirmed, of each provider whose rows made their count. The reason names them; a mere lead
    caps nothing.
#}
with confirmed as (
    select
        findings.finding_id,
        findings.jurisdiction
    from {{ ref('rule_findings') }} as findings
    inner join {{ source('raw', 'decisions') }} as decisions on findings.finding_id = decisions.finding_id
    inner join {{ ref('card_rules') }} as rules
        on findings.jurisdiction = rules.jurisdiction and findings.rule = rules.member
    where
        rules.name = 'capping_rules'
        and decisions.verdict = 'upheld'
        and findings.exemption_document is null
),

of_visits as (
    select distinct
        confirmed.finding_id,
        confirmed.jurisdiction,
        visits.provider_id as provider
    from confirmed
    inner join {{ ref('visits_behind_findings') }} as behind
        on confirmed.finding_id = behind.finding_id and behind.role = 'counted'
    inner join {{ ref('fct_visits') }} as visits on behind.visit_id = visits.visit_id
),

of_lines as (
    select distinct
        confirmed.finding_id,
        confirmed.jurisdiction,
        lines.provider_id as provider
    from confirmed
    inner join {{ ref('lines_behind_findings') }} as behind
        on confirmed.finding_id = behind.finding_id and behind.role = 'counted'
    inner join {{ ref('msr_settlement_lines') }} as lines on behind.line_id = lines.line_id
)

select
    provider,
    jurisdiction,
    string_agg(finding_id, '|' order by finding_id) as cap_reason
from (
    select * from of_visits
    union
    select * from of_lines
) as confirmed_of_providers
group by provider, jurisdiction
