{{ config(materialized='table') }}

{# An exempted failure is kept here too, with its document: it is shown, and its evidence with it. #}
select
    rule,
    jurisdiction,
    subject,
    period,
    judged_on,
    measure,
    limit_value,
    amount,
    exemption_document,
    rule || '-' || left({{ text_digest("concat_ws('|', rule, jurisdiction, subject, period)") }}, 16) as finding_id
from {{ ref('rule_outcomes') }}
where subject is not null
