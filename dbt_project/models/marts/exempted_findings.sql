select
    found.rule,
    found.jurisdiction,
    found.subject,
    found.period,
    found.measure,
    found.limit_value as "limit",
    found.amount,
    found.finding_id,
    found.judged_on,
    exemptions.document,
    exemptions.valid_from,
    exemptions.valid_to,
    exemptions.reason_zh,
    exemptions.reason_en
from {{ ref('rule_findings') }} as found
inner join {{ ref('exemptions') }} as exemptions
    on
        found.rule = exemptions.rule
        and found.jurisdiction = exemptions.jurisdiction
        and found.subject = exemptions.subject
        and found.exemption_document = exemptions.document
        and {{ in_force('found.judged_on', 'exemptions.valid_from', 'exemptions.valid_to') }}
