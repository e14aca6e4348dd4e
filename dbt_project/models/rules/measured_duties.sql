{% call measured('D01') %}
    select
        providers.jurisdiction,
        providers.provider_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        count(disclosures.item) as measure,
        count(*) as limit_value,
        count(disclosures.item) < count(*) as fails,
        null as amount
    from {{ ref('reg_providers') }} as providers
    inner join (select distinct provider_id from {{ ref('msr_provider_visits') }}) as serving
        on providers.provider_id = serving.provider_id
    inner join {{ member_rows('D01', 'required_items') }} as items
        on
            providers.jurisdiction = items.jurisdiction
            and {{ as_of() }} between items.valid_from and items.valid_to
    left join {{ ref('stg_disclosures') }} as disclosures
        on providers.provider_id = disclosures.provider_id and items.member = disclosures.item
    group by providers.jurisdiction, providers.provider_id
{% endcall %}
union all
{% call measured('D02') %}
    select
        jurisdiction,
        provider_id as subject,
        period,
        ends_on as judged_on,
        evaluations as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_provider_checks') }}
    where kind = 'year'
{% endcall %}
union all
{% call measured('D03') %}
    select
        divisions.jurisdiction,
        evaluations.evaluation_id as subject,
        {{ day_text('evaluations.evaluated_on') }} as period,
        evaluations.evaluated_on as judged_on,
        {{ days_between('evaluations.evaluated_on', as_of()) }} as measure,
        null as limit_value,
        evaluations.published_on is null as fails,
        null as amount
    from {{ ref('stg_evaluations') }} as evaluations
    inner join {{ ref('reg_divisions') }} as divisions on evaluations.division_code = divisions.division_code
    {{ join_parameters('D03', ['max_days'], 'divisions.jurisdiction', 'evaluations.evaluated_on') }}
    where
        evaluations.evaluated_on >= {{ period_start() }}
        and coalesce({{ days_between('evaluations.evaluated_on', as_of()) }} > max_days.value, true)
{% endcall %}
union all
{% call measured('D04') %}
    select
        divisions.jurisdiction,
        inspections.inspection_id as subject,
        {{ day_text('inspections.rectify_by') }} as period,
        inspections.rectify_by as judged_on,
        {{ days_between('inspections.rectify_by', 'coalesce(inspections.rectified_on, ' ~ as_of() ~ ')') }} as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('stg_inspections') }} as inspections
    inner join {{ ref('reg_divisions') }} as divisions on inspections.division_code = divisions.division_code
    where inspections.rectify_by between {{ period_start() }} and {{ as_of() }}
{% endcall %}
union all
{% call measured('D05') %}
    select
        jurisdiction,
        provider_id as subject,
        period,
        ends_on as judged_on,
        surveys as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_provider_checks') }}
    where kind = 'quarter'
{% endcall %}
union all
{% call measured('D06') %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        {{ day_text('facilities.closed_on') }} as period,
        facilities.closed_on as judged_on,
        coalesce({{ days_between('facilities.closure_notice_on', 'facilities.closed_on') }}, 0) as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('reg_facilities') }} as facilities
    inner join {{ member_rows('D06', 'facility_kinds') }} as kinds
        on
            facilities.jurisdiction = kinds.jurisdiction
            and facilities.kind = kinds.member
            and facilities.closed_on between kinds.valid_from and kinds.valid_to
    where facilities.closed_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('D07') %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        facilities.beds as measure,
        null as limit_value,
        case
            when facilities.has_medical_unit then false
            when not facilities.has_medical_unit and facilities.beds is not null then true
        end as fails,
        null as amount
    from {{ ref('fct_facilities') }} as facilities
    inner join {{ member_rows('D07', 'facility_kinds') }} as kinds
        on
            facilities.jurisdiction = kinds.jurisdiction
            and facilities.kind = kinds.member
            and {{ as_of() }} between kinds.valid_from and kinds.valid_to
    {{ join_parameters('D07', ['min_beds'], 'facilities.jurisdiction', as_of()) }}
    where facilities.is_open and coalesce(facilities.beds >= min_beds.value, true)
{% endcall %}
union all
{% call measured('D08') %}
    select
        divisions.jurisdiction,
        sanctions.sanction_id as subject,
        {{ day_text('sanctions.starts_on') }} as period,
        sanctions.starts_on as judged_on,
        {{ yuan('refunds.refunded_cents') }} as measure,
        sanctions.refund_due as limit_value,
        refunds.due_cents - refunds.refunded_cents > {{ cents('tolerance_yuan.exact_value') }} as fails,
        {{ yuan('refunds.due_cents - refunds.refunded_cents') }} as amount
    from {{ ref('stg_sanctions') }} as sanctions
    inner join {{ ref('reg_divisions') }} as divisions on sanctions.division_code = divisions.division_code
    -- Without a provider nobody can pay back: no row here, and nothing to judge by.
    left join {{ ref('msr_sanction_refunds') }} as refunds on sanctions.sanction_id = refunds.sanction_id
    {{ join_parameters('D08', ['max_days', 'tolerance_yuan'], 'divisions.jurisdiction', 'sanctions.starts_on') }}
    where
        sanctions.refund_due > 0
        and sanctions.starts_on >= {{ period_start() }}
        and coalesce({{ days_between('sanctions.starts_on', as_of()) }} > max_days.value, true)
{% endcall %}
