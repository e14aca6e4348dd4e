{% call evidence_of('D01') %}
    select
        items.jurisdiction,
        disclosures.provider_id as subject,
        '' as period,
        {{ staged_evidence_row('counted', 'disclosures', "disclosures.provider_id || '|' || disclosures.item", 'disclosures') }}
    from {{ ref('stg_disclosures') }} as disclosures
    inner join {{ member_rows('D01', 'required_items') }} as items
        on disclosures.item = items.member and {{ as_of() }} between items.valid_from and items.valid_to
    union all
    select
        jurisdiction,
        provider_id as subject,
        '' as period,
        {{ evidence_row('ground', 'providers', 'provider_id') }}
    from {{ ref('reg_providers') }}
{% endcall %}
{% for rule, kind in {'D02': 'year', 'D05': 'quarter'}.items() %}
union all
{% call evidence_of(rule) %}
    select
        checks.jurisdiction,
        checks.provider_id as subject,
        checks.period,
        {{ evidence_row('ground', 'providers', 'providers.provider_id', 'providers') }}
    from {{ ref('msr_provider_checks') }} as checks
    inner join {{ ref('reg_providers') }} as providers on checks.provider_id = providers.provider_id
    where checks.kind = '{{ kind }}'
{% endcall %}
{% endfor %}
union all
{% call evidence_of('D03') %}
    select
        divisions.jurisdiction,
        evaluations.evaluation_id as subject,
        {{ day_text('evaluations.evaluated_on') }} as period,
        {{ staged_evidence_row('counted', 'evaluations', 'evaluations.evaluation_id', 'evaluations') }}
    from {{ ref('stg_evaluations') }} as evaluations
    inner join {{ ref('reg_divisions') }} as divisions on evaluations.division_code = divisions.division_code
{% endcall %}
union all
{% call evidence_of('D04') %}
    select
        divisions.jurisdiction,
        inspections.inspection_id as subject,
        {{ day_text('inspections.rectify_by') }} as period,
        {{ staged_evidence_row('counted', 'inspections', 'inspections.inspection_id', 'inspections') }}
    from {{ ref('stg_inspections') }} as inspections
    inner join {{ ref('reg_divisions') }} as divisions on inspections.division_code = divisions.division_code
{% endcall %}
{% for rule, period in {'D06': day_text('closed_on'), 'D07': "''"}.items() %}
union all
{% call evidence_of(rule) %}
    select
        jurisdiction,
        facility_id as subject,
        {{ period }} as period,
        {{ evidence_row('ground', 'facilities', 'facility_id') }}
    from {{ ref('reg_facilities') }}
{% endcall %}
{% endfor %}
union all
{% call evidence_of('D08') %}
    select
        divisions.jurisdiction,
        sanctions.sanction_id as subject,
        {{ day_text('sanctions.starts_on') }} as period,
        {{ staged_evidence_row('ground', 'sanctions', 'sanctions.sanction_id', 'sanctions') }}
    from {{ ref('stg_sanctions') }} as sanctions
    inner join {{ ref('reg_divisions') }} as divisions on sanctions.division_code = divisions.division_code
    union all
    select
        divisions.jurisdiction,
        sanctions.sanction_id as subject,
        {{ day_text('sanctions.starts_on') }} as period,
        {{ evidence_row('counted', 'payments', 'refunds.payment_id', 'refunds') }}
    from {{ ref('stg_sanctions') }} as sanctions
    inner join {{ ref('reg_divisions') }} as divisions on sanctions.division_code = divisions.division_code
    inner join {{ ref('msr_sanction_refunds') }} as taken on sanctions.sanction_id = taken.sanction_id
    inner join {{ ref('msr_refunds') }} as refunds
        on
            taken.provider_id = refunds.payee_id
            and refunds.stands_from < taken.takes_to
            and refunds.stands_to > taken.takes_from
{% endcall %}
