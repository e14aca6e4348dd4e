{# An exempted failure is no finding. Both sides of an overlap or of a way too fast are evidence of it. #}
select distinct behind.visit_id
from {{ ref('visits_behind_findings') }} as behind
inner join {{ ref('rule_findings') }} as findings on behind.finding_id = findings.finding_id
inner join {{ ref('card_rules') }} as rules
    on findings.jurisdiction = rules.jurisdiction and findings.rule = rules.member
where rules.name = 'implausible_rules' and findings.exemption_document is null
