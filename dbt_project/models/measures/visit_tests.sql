{#
    Every test that looks at one visit, worked out once for rules, evidence and scorecards. Tests say nothing of whether a
    rule applies or is in force. Each register is asked by spans that do not overlap, so a visit finds one row at most.
#}
with visits as (
    select
        visit_id,
        elder_id,
        worker_id,
        provider_id,
        division_code,
        jurisdiction,
        service_date,
        service_month,
        service_item,
        service_place,
        is_public,
        subsidy_amount_yuan as subsidy_yuan,
        {{ seconds_between('started_at', 'ended_at') }} as seconds,
        {{ seconds_between('ended_at', 'recorded_at') }} as recorded_after_seconds,
        satisfaction
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} and jurisdiction is not null
),

snapshots_of_elders as (
    select distinct jurisdictions.jurisdiction
    from {{ ref('jurisdictions') }} as jurisdictions
    inner join (select distinct _division_key from {{ ref('stg_elders') }}) as registers
        on left(registers._division_key, length(jurisdictions.prefix)) = jurisdictions.prefix
),

cancelled_rows as (
    select
        worker_id,
        disqualified_on as cancelled_on,
        cast(null as date) as restored_on
    from {{ ref('reg_workers') }}
    where disqualified_on is not null
    union all
    select
        sanctions.worker_id,
        sanctions.starts_on as cancelled_on,
        sanctions.ends_on as restored_on
    from {{ ref('stg_sanctions') }} as sanctions
    where
        sanctions.worker_id is not null
        and sanctions.kind in (select member from {{ member_rows('S07', 'cancelling_sanctions') }})
),

cancelled as (
    select * from {{ joined_spans('cancelled_rows', ['worker_id'], 'cancelled_on', 'restored_on') }}
),

stay_rows as (
    select
        elder_id,
        {{ next_day('admitted_on') }} as inside_from,
        {{ day_before('discharged_on') }} as inside_to
    from {{ ref('stg_stays') }}
),

stays as (
    select * from {{ joined_spans('stay_rows', ['elder_id'], 'inside_from', 'inside_to') }}
),

ended_rows as (
    select
        sanctions.provider_id,
        sanctions.starts_on,
        sanctions.ends_on
    from {{ ref('stg_sanctions') }} as sanctions
    where
        sanctions.provider_id is not null
        and sanctions.kind in (select member from {{ member_rows('S15', 'ending_sanctions') }})
),

ended as (
    select * from {{ joined_spans('ended_rows', ['provider_id'], 'starts_on', 'ends_on') }}
),

-- Where a policy says nothing of credit, credit is not asked.
credit_places as (
    select distinct
        jurisdiction,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('parameter_sets') }}
    where rule = 'S15' and name = 'dishonest_credit_status'
),

dishonest as (
    select distinct member
    from {{ ref('parameter_sets') }}
    where rule = 'S15' and name = 'dishonest_credit_status'
),

facts as (
    select
        visits.*,
        kinds.is_certificate_item,
        kinds.is_in_catalogue,
        kinds.is_at_home,
        coalesce(people.is_registered, false) as is_registered,
        people.exited_on,
        people.died_on,
        spans.eligibility,
        spans.receives_ltc,
        snapshots.jurisdiction is not null as has_register,
        roster.worker_id is not null as is_rostered,
        roster.hired_on,
        roster.left_on,
        roster.certificate_from,
        roster.certificate_to,
        cancelled.worker_id is not null as is_cancelled,
        contracts.provider_id is not null as has_contract,
        stays.elder_id is not null as is_during_stay,
        ended.provider_id is not null as is_ended,
        credit_places.jurisdiction is not null as is_credit_asked,
        credit.credit_status,
        agreements.agreement_id,
        prices.max_price_yuan,
        prices.tolerance_yuan as price_tolerance_yuan,
        agreements.fixed_worker_id = visits.worker_id as is_fixed_worker,
        case
            when list_contains(agreements.fixed_weekdays, {{ weekday_code('visits.service_date') }}) then true
            when length(agreements.fixed_weekdays) > 0 and agreements.fixed_weekdays_is_complete then false
        end as is_fixed_weekday,
        agreements.fixed_place = visits.service_place as is_fixed_place,
        case
            when list_contains(agreements.fixed_services, visits.service_item) then true
            when length(agreements.fixed_services) > 0 and agreements.fixed_services_is_complete then false
        end as is_fixed_service
    from visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            visits.jurisdiction = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    left join {{ ref('reg_people_ends') }} as people on visits.elder_id = people.elder_id
    left join {{ ref('elder_spans') }} as spans
        on
            visits.elder_id = spans.elder_id
            and visits.jurisdiction = spans.jurisdiction
            and visits.service_date between spans.valid_from and spans.valid_to
    left join snapshots_of_elders as snapshots on visits.jurisdiction = snapshots.jurisdiction
    left join {{ ref('reg_workers') }} as roster
        on visits.worker_id = roster.worker_id and visits.provider_id = roster.provider_id
    left join cancelled
        on
            visits.worker_id = cancelled.worker_id
            and visits.service_date between cancelled.valid_from and cancelled.valid_to
    left join {{ ref('agreement_spans') }} as agreements
        on
            visits.elder_id = agreements.elder_id
            and visits.provider_id = agreements.provider_id
            and visits.service_date between agreements.valid_from and agreements.valid_to
    left join {{ ref('contract_spans') }} as contracts
        on
            visits.provider_id = contracts.provider_id
            and visits.division_code = contracts.division_code
            and visits.service_date between contracts.valid_from and contracts.valid_to
    left join stays
        on
            visits.elder_id = stays.elder_id
            and visits.service_date between stays.valid_from and stays.valid_to
    left join ended
        on
            visits.provider_id = ended.provider_id
            and visits.service_date between ended.valid_from and ended.valid_to
    left join credit_places
        on
            visits.jurisdiction = credit_places.jurisdiction
            and visits.service_date between credit_places.valid_from and credit_places.valid_to
    left join {{ ref('reg_provider_credit') }} as credit
        on
            visits.provider_id = credit.provider_id
            and visits.service_date between credit.valid_from and credit.valid_to
    left join {{ ref('price_days') }} as prices
        on
            visits.jurisdiction = prices.jurisdiction
            and visits.division_code = prices.division_code
            and visits.service_date = prices.service_date
)

select
    visit_id,
    elder_id,
    worker_id,
    provider_id,
    jurisdiction,
    service_date,
    service_month,
    is_public,
    subsidy_yuan,
    seconds,
    recorded_after_seconds,
    satisfaction,
    agreement_id,
    -- What is paid above the highest price, in millionths of a yuan x 3,600: exact until it is summed.
    case
        when is_public then {{ millionths('subsidy_yuan') }} * 3600 - {{ millionths('max_price_yuan') }} * seconds
    end as above_price,
    cast(case
        when not is_public or not is_registered then null
        else 3 - eligibility
    end as utinyint) as E01,
    cast(case
        when not is_public then null
        when is_registered then {{ answer('passes') }}
        when has_register then {{ answer('fails') }}
        else {{ answer('unknown') }}
    end as utinyint) as E02,
    cast(case
        when service_date > died_on then {{ answer('fails') }}
        else {{ passes_if_come('deaths') }}
    end as utinyint) as E03,
    cast(case
        when not is_public then null
        when not is_registered then {{ answer('unknown') }}
        when service_date > exited_on then {{ answer('fails') }}
        else {{ answer('passes') }}
    end as utinyint) as E04,
    cast(case
        when not is_public then null
        when receives_ltc then {{ answer('fails') }}
        when not receives_ltc then {{ answer('passes') }}
        else {{ answer('unknown') }}
    end as utinyint) as E05,
    cast(case
        when is_rostered and coalesce(service_date >= hired_on, true) and coalesce(service_date <= left_on, true)
            then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as S05,
    cast(case
        when not is_certificate_item or not is_rostered then null
        when certificate_from <= service_date and coalesce(service_date <= certificate_to, true)
            then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as S06,
    cast(case
        when is_cancelled then {{ answer('fails') }}
        when {{ has_ever_come('workers') }} or {{ has_ever_come('sanctions') }} then {{ answer('passes') }}
        else {{ answer('unknown') }}
    end as utinyint) as S07,
    cast(case
        when not is_public then null
        when agreement_id is not null then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as S09,
    cast(case
        when not is_public then null
        when has_contract then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as S10,
    cast(case
        when not is_public then null
        when is_in_catalogue then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as S11,
    cast(case
        when not is_public then null
        when not (
            coalesce(is_fixed_worker, true)
            and coalesce(is_fixed_weekday, true)
            and coalesce(is_fixed_place, true)
            and coalesce(is_fixed_service, true)
        ) then {{ answer('fails') }}
        when is_fixed_worker and is_fixed_weekday and is_fixed_place and is_fixed_service then {{ answer('passes') }}
        else {{ answer('unknown') }}
    end as utinyint) as S12,
    cast(case
        when not is_at_home then null
        when is_during_stay then {{ answer('fails') }}
        else {{ passes_if_come('stays') }}
    end as utinyint) as S13,
    cast(case
        when not is_public then null
        when is_ended then {{ answer('fails') }}
        when is_credit_asked and credit_status in (select member from dishonest) then {{ answer('fails') }}
        when is_credit_asked and credit_status is null then {{ answer('unknown') }}
        else {{ passes_if_come('sanctions') }}
    end as utinyint) as S15,
    cast(case
        when not is_public then null
        when max_price_yuan is null then {{ answer('unknown') }}
        when
            {{ millionths('subsidy_yuan') }} * 3600 - {{ millionths('max_price_yuan') }} * seconds
            > {{ millionths('price_tolerance_yuan') }} * 3600
            then {{ answer('fails') }}
        else {{ answer('passes') }}
    end as utinyint) as Q03
from facts
