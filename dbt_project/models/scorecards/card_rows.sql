{#
    The rows of measures that rest on few: every one of them is published, and counted from here. A row without a day is what
    is known only as of as_of, and belongs to no quarter.
#}
{% set about_provider %}complaints.target_kind in ('provider', 'worker') and complaints.provider_id is not null{% endset %}
with cards as (
    select
        provider,
        jurisdiction
    from {{ ref('card_slices') }}
    where slice = 'period'
),

-- Findings of a facility, and what could be judged of it.
judged as (
    select
        jurisdiction,
        subject as facility_id,
        bool_or(result = 'FAIL' and exemption_document is null) as has_finding
    from {{ ref('rule_results') }}
    where rule in ('F09', 'D07', 'A06') and result in ('PASS', 'FAIL')
    group by jurisdiction, subject
),

found as (
    select
        'trained_workers' as measure,
        cards.provider,
        cards.jurisdiction,
        cast(null as date) as day,
        coalesce(
            {{ days_between('roster.last_trained_on', as_of()) }} between 0 and settings.trained_within_days, false
        ) as counts_in_k,
        'workers' as source,
        roster.worker_id || '|' || roster.provider_id as row_key,
        roster.file,
        roster.sheet,
        roster.line
    from cards
    inner join {{ ref('card_settings') }} as settings on cards.jurisdiction = settings.jurisdiction
    inner join {{ ref('reg_workers') }} as roster on cards.provider = roster.provider_id
    where
        coalesce(roster.hired_on <= {{ as_of() }}, true)
        and coalesce(roster.left_on >= {{ as_of() }}, true)
    union all
    select
        'facilities_in_order' as measure,
        cards.provider,
        cards.jurisdiction,
        cast(null as date) as day,
        not judged.has_finding as counts_in_k,
        'facilities' as source,
        facilities.facility_id as row_key,
        facilities.file,
        facilities.sheet,
        facilities.line
    from cards
    inner join {{ ref('fct_facilities') }} as facilities
        on cards.provider = facilities.operator_id and cards.jurisdiction = facilities.jurisdiction
    inner join judged
        on facilities.jurisdiction = judged.jurisdiction and facilities.facility_id = judged.facility_id
    where facilities.is_open
    union all
    select
        'disclosed_items' as measure,
        cards.provider,
        cards.jurisdiction,
        cast(null as date) as day,
        disclosures.item is not null as counts_in_k,
        'disclosures' as source,
        cards.provider || '|' || items.member as row_key,
        disclosures._file as file,
        disclosures._sheet as sheet,
        disclosures._line as line
    from cards
    inner join {{ member_rows('D01', 'required_items') }} as items
        on cards.jurisdiction = items.jurisdiction and {{ as_of() }} between items.valid_from and items.valid_to
    left join {{ ref('stg_disclosures') }} as disclosures
        on cards.provider = disclosures.provider_id and items.member = disclosures.item
    union all
    select
        'rectified_in_time' as measure,
        inspections.provider_id as provider,
        divisions.jurisdiction,
        inspections.rectify_by as day,
        coalesce(inspections.rectified_on <= inspections.rectify_by, false) as counts_in_k,
        'inspections' as source,
        inspections.inspection_id as row_key,
        inspections._file as file,
        inspections._sheet as sheet,
        inspections._line as line
    from {{ ref('stg_inspections') }} as inspections
    inner join {{ ref('reg_divisions') }} as divisions on inspections.division_code = divisions.division_code
    where inspections.rectify_by >= {{ period_start() }} and inspections.rectify_by < {{ as_of() }}
    union all
    select
        'satisfied_surveys' as measure,
        surveys.provider_id as provider,
        divisions.jurisdiction,
        surveys.surveyed_on as day,
        surveys.score >= settings.satisfied_score as counts_in_k,
        'satisfaction_surveys' as source,
        surveys.survey_id as row_key,
        surveys._file as file,
        surveys._sheet as sheet,
        surveys._line as line
    from {{ ref('stg_satisfaction_surveys') }} as surveys
    inner join {{ ref('reg_divisions') }} as divisions on surveys.division_code = divisions.division_code
    inner join {{ ref('card_settings') }} as settings on divisions.jurisdiction = settings.jurisdiction
    where surveys.surveyed_on >= {{ period_start() }}
    union all
    select
        'complaints_upheld' as measure,
        complaints.provider_id as provider,
        complaints.jurisdiction,
        complaints.received_on as day,
        true as counts_in_k,
        'complaints' as source,
        complaints.complaint_id as row_key,
        complaints.file,
        complaints.sheet,
        complaints.line
    from {{ ref('fct_complaints') }} as complaints
    where {{ about_provider }} and complaints.is_upheld and complaints.received_on >= {{ period_start() }}
    union all
    select
        'complaints_answered' as measure,
        complaints.provider_id as provider,
        complaints.jurisdiction,
        complaints.closed_on as day,
        complaints.replied_on is not null as counts_in_k,
        'complaints' as source,
        complaints.complaint_id as row_key,
        complaints.file,
        complaints.sheet,
        complaints.line
    from {{ ref('fct_complaints') }} as complaints
    where {{ about_provider }} and complaints.closed_on >= {{ period_start() }}
)

select
    found.measure,
    found.provider,
    found.jurisdiction,
    found.day,
    found.counts_in_k,
    found.source,
    found.row_key,
    found.file,
    found.sheet,
    found.line
from found
inner join cards on found.provider = cards.provider and found.jurisdiction = cards.jurisdiction
