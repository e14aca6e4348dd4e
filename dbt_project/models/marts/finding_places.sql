{#
    Where a finding lies, which decides who may see it: the divisions of its counted rows; those of its other rows where
    counted rows name none; else the whole place of its policy, so that no finding is without.
#}
with located as (
    select
        evidence.finding_id,
        evidence.role,
        coalesce(
            {{ json_text('said.facts', 'division_code') }},
            {{ json_text('said.facts', 'to_division') }},
            {{ json_text('said.facts', 'residence_division') }}
        ) as division_code
    from {{ ref('finding_evidence') }} as evidence
    inner join {{ ref('evidence_rows') }} as said
        on
            evidence.source = said.source
            and evidence.row_key = said.row_key
            and evidence.file = said.file
            and evidence.sheet = said.sheet
            and evidence.line = said.line
),

closest as (
    select
        finding_id,
        min(role) as role
    from located
    where division_code is not null
    group by finding_id
),

places as (
    select distinct
        located.finding_id,
        located.division_code
    from located
    inner join closest on located.finding_id = closest.finding_id and located.role = closest.role
    where located.division_code is not null
)

select
    found.finding_id,
    coalesce(places.division_code, {{ filled_right('jurisdictions.prefix', 6, '0') }}) as division_code
from {{ ref('rule_findings') }} as found
inner join {{ ref('jurisdictions') }} as jurisdictions on found.jurisdiction = jurisdictions.jurisdiction
left join places on found.finding_id = places.finding_id
