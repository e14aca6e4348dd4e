with found as (
    select * from {{ ref('rule_findings') }}
    where exemption_document is null
),

rules as (
    select
        rule,
        kind
    from {{ ref('rules') }}
),

seen as (
    select
        finding_id,
        min(first_seen_on) as first_seen_on
    from {{ source('raw', 'first_seen') }}
    group by finding_id
)

select
    found.rule,
    found.jurisdiction,
    found.subject,
    found.period,
    rules.kind,
    found.measure,
    found.limit_value as "limit",
    found.amount,
    found.finding_id,
    least(coalesce(seen.first_seen_on, {{ as_of() }}), {{ as_of() }}) as first_seen_on,
    found.judged_on
from found
inner join rules on found.rule = rules.rule
left join seen on found.finding_id = seen.finding_id
