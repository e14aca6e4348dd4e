{#
    Every test that looks at one visit, worked out once for rules, evidence and scorecards. Tests say nothing of whether a
    rule applies or is in force. Each register is asked by spans that do not overlap, so a visit finds one row at most.
#}
with numbers as (
    select * from {{ ref('visit_numbers') }}
),

people as (
    select
        numbers.id as elder_id,
        numbers.number as elder_number,
        coalesce(people.is_registered, false) as is_registered,
        people.exited_on,
        people.died_on
    from numbers
    left join {{ ref('reg_people_ends') }} as people on numbers.id = people.elder_id
),

visits as (
    select
        visits.visit_id,
        elders.elder_number,
        workers.number as worker_number,
        providers.number as provider_number,
        visits.division_code,
        visits.jurisdiction,
        visits.service_date,
        visits.service_month,
        visits.started_at,
        visits.ended_at,
        visits.service_item,
        visits.service_place,
        visits.is_public,
        visits.subsidy_amount_yuan as subsidy_yuan,
        cast({{ seconds_between('visits.started_at', 'visits.ended_at') }} as integer) as seconds,
        cast({{ seconds_between('visits.ended_at', 'visits.recorded_at') }} as integer) as recorded_after_seconds,
        visits.check_in_lon,
        visits.check_in_lat,
        elders.is_registered,
        elders.exited_on,
        elders.died_on,
        visits.started_at >= {{ period_start() }} and visits.jurisdiction is not null as is_judged
    from {{ ref('visits_of_period') }} as visits
    inner join people as elders on visits.elder_id = elders.elder_id
    inner join numbers as workers on visits.worker_id = workers.id
    inner join numbers as providers on visits.provider_id = providers.id
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
    select
        numbers.number as worker_number,
        spans.valid_from,
        spans.valid_to
    from {{ joined_spans('cancelled_rows', ['worker_id'], 'cancelled_on', 'restored_on') }} as spans
    inner join numbers on spans.worker_id = numbers.id
),

stay_rows as (
    select
        elder_id,
        {{ next_day('admitted_on') }} as inside_from,
        {{ day_before('discharged_on') }} as inside_to
    from {{ ref('stg_stays') }}
),

stays as (
    select
        numbers.number as elder_number,
        spans.valid_from,
        spans.valid_to
    from {{ joined_spans('stay_rows', ['elder_id'], 'inside_from', 'inside_to') }} as spans
    inner join numbers on spans.elder_id = numbers.id
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
    select
        numbers.number as provider_number,
        spans.valid_from,
        spans.valid_to
    from {{ joined_spans('ended_rows', ['provider_id'], 'starts_on', 'ends_on') }} as spans
    inner join numbers on spans.provider_id = numbers.id
),

dishonest as (
    select distinct member
    from {{ ref('parameter_sets') }}
    where rule = 'S15' and name = 'dishonest_credit_status'
),

eligibility as (
    select
        numbers.number as elder_number,
        spans.jurisdiction,
        spans.valid_from,
        spans.valid_to,
        spans.eligibility,
        spans.receives_ltc
    from {{ ref('elder_spans') }} as spans
    inner join numbers on spans.elder_id = numbers.id
),

roster as (
    select
        workers.number as worker_number,
        providers.number as provider_number,
        roster.hired_on,
        roster.left_on,
        roster.certificate_from,
        roster.certificate_to
    from {{ ref('reg_workers') }} as roster
    inner join numbers as workers on roster.worker_id = workers.id
    inner join numbers as providers on roster.provider_id = providers.id
),

agreements as (
    select
        elders.number as elder_number,
        providers.number as provider_number,
        workers.number as fixed_worker_number,
        spans.*
    from {{ ref('agreement_spans') }} as spans
    inner join numbers as elders on spans.elder_id = elders.id
    inner join numbers as providers on spans.provider_id = providers.id
    left join numbers as workers on spans.fixed_worker_id = workers.id
),

contracts as (
    select
        numbers.number as provider_number,
        spans.division_code,
        spans.valid_from,
        spans.valid_to
    from {{ ref('contract_spans') }} as spans
    inner join numbers on spans.provider_id = numbers.id
),

credit as (
    select
        numbers.number as provider_number,
        credit.credit_status,
        credit.valid_from,
        credit.valid_to
    from {{ ref('reg_provider_credit') }} as credit
    inner join numbers on credit.provider_id = numbers.id
),

facts as (
    select
        visits.*,
        kinds.is_group_service_s01,
        kinds.is_group_service_s02,
        kinds.is_group_service_s04,
        kinds.is_for_two_workers,
        kinds.is_without_travel,
        kinds.is_certificate_item,
        kinds.is_in_catalogue,
        kinds.is_at_home,
        kinds.has_register,
        kinds.is_credit_asked,
        eligibility.eligibility,
        eligibility.receives_ltc,
        roster.worker_number is not null as is_rostered,
        roster.hired_on,
        roster.left_on,
        roster.certificate_from,
        roster.certificate_to,
        cancelled.worker_number is not null as is_cancelled,
        contracts.provider_number is not null as has_contract,
        stays.elder_number is not null as is_during_stay,
        ended.provider_number is not null as is_ended,
        credit.credit_status,
        agreements.agreement_id,
        -- What is paid above the highest price, in millionths of a yuan x 3,600: exact until it is summed.
        {{ millionths('visits.subsidy_yuan') }} * 3600 - {{ millionths('prices.max_price_yuan') }} * visits.seconds
            as above_price,
        {{ millionths('prices.tolerance_yuan') }} * 3600 as price_tolerance,
        -- A worker fixed in an agreement who made no visit has no number: another one came.
        case
            when agreements.fixed_worker_id is not null
                then coalesce(agreements.fixed_worker_number = visits.worker_number, false)
        end as is_fixed_worker,
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
            coalesce(visits.jurisdiction, '') = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    left join eligibility
        on
            visits.elder_number = eligibility.elder_number
            and visits.jurisdiction = eligibility.jurisdiction
            and visits.service_date between eligibility.valid_from and eligibility.valid_to
    left join roster
        on visits.worker_number = roster.worker_number and visits.provider_number = roster.provider_number
    left join cancelled
        on
            visits.worker_number = cancelled.worker_number
            and visits.service_date between cancelled.valid_from and cancelled.valid_to
    left join agreements
        on
            visits.elder_number = agreements.elder_number
            and visits.provider_number = agreements.provider_number
            and visits.service_date between agreements.valid_from and agreements.valid_to
    left join contracts
        on
            visits.provider_number = contracts.provider_number
            and visits.division_code = contracts.division_code
            and visits.service_date between contracts.valid_from and contracts.valid_to
    left join stays
        on
            visits.elder_number = stays.elder_number
            and visits.service_date between stays.valid_from and stays.valid_to
    left join ended
        on
            visits.provider_number = ended.provider_number
            and visits.service_date between ended.valid_from and ended.valid_to
    left join credit
        on
            visits.provider_number = credit.provider_number
            and visits.service_date between credit.valid_from and credit.valid_to
    left join {{ ref('price_days') }} as prices
        on
            visits.jurisdiction = prices.jurisdiction
            and visits.division_code = prices.division_code
            and visits.service_date = prices.service_date
)

select
    visit_id,
    elder_number,
    worker_number,
    provider_number,
    jurisdiction,
    service_date,
    service_month,
    started_at,
    ended_at,
    is_judged,
    is_public,
    is_group_service_s01,
    is_group_service_s02 or is_for_two_workers as is_left_out_s02,
    is_group_service_s04,
    case when not is_without_travel then check_in_lon end as travel_lon,
    case when not is_without_travel then check_in_lat end as travel_lat,
    subsidy_yuan,
    seconds,
    recorded_after_seconds,
    agreement_id,
    -- Told of failures alone: ten million numbers of this size are slow to write.
    case when is_public and above_price > price_tolerance then above_price end as above_price,
    cast(case
        when not is_public or not is_registered then null
        else 3 - eligibility
    end as utinyint) as e01,
    cast(case
        when not is_public then null
        when is_registered then {{ answer('passes') }}
        when has_register then {{ answer('fails') }}
        else {{ answer('unknown') }}
    end as utinyint) as e02,
    cast(case
        when service_date > died_on then {{ answer('fails') }}
        else {{ passes_if_come('deaths') }}
    end as utinyint) as e03,
    cast(case
        when not is_public then null
        when not is_registered then {{ answer('unknown') }}
        when service_date > exited_on then {{ answer('fails') }}
        else {{ answer('passes') }}
    end as utinyint) as e04,
    cast(case
        when not is_public then null
        when receives_ltc then {{ answer('fails') }}
        when not receives_ltc then {{ answer('passes') }}
        else {{ answer('unknown') }}
    end as utinyint) as e05,
    cast(case
        when is_rostered and coalesce(service_date >= hired_on, true) and coalesce(service_date <= left_on, true)
            then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as s05,
    cast(case
        when not is_certificate_item or not is_rostered then null
        when certificate_from <= service_date and coalesce(service_date <= certificate_to, true)
            then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as s06,
    cast(case
        when is_cancelled then {{ answer('fails') }}
        when {{ has_ever_come('workers') }} or {{ has_ever_come('sanctions') }} then {{ answer('passes') }}
        else {{ answer('unknown') }}
    end as utinyint) as s07,
    cast(case
        when not is_public then null
        when agreement_id is not null then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as s09,
    cast(case
        when not is_public then null
        when has_contract then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as s10,
    cast(case
        when not is_public then null
        when is_in_catalogue then {{ answer('passes') }}
        else {{ answer('fails') }}
    end as utinyint) as s11,
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
    end as utinyint) as s12,
    cast(case
        when not is_at_home then null
        when is_during_stay then {{ answer('fails') }}
        else {{ passes_if_come('stays') }}
    end as utinyint) as s13,
    cast(case
        when not is_public then null
        when is_ended then {{ answer('fails') }}
        when is_credit_asked and credit_status in (select member from dishonest) then {{ answer('fails') }}
        when is_credit_asked and credit_status is null then {{ answer('unknown') }}
        else {{ passes_if_come('sanctions') }}
    end as utinyint) as s15,
    cast(case
        when not is_public then null
        when above_price is null then {{ answer('unknown') }}
        when above_price > price_tolerance then {{ answer('fails') }}
        else {{ answer('passes') }}
    end as utinyint) as q03
from facts
