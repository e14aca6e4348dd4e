{% call measured('E06') %}
    select
        divisions.jurisdiction,
        payments.payment_id as subject,
        {{ day_text('payments.paid_on') }} as period,
        payments.paid_on as judged_on,
        case
            when deaths.died_on < coalesce(payments.period_start, payments.paid_on)
                then {{ days_between('deaths.died_on', 'coalesce(payments.period_start, payments.paid_on)') }}
        end as measure,
        null as limit_value,
        case
            when deaths.died_on < coalesce(payments.period_start, payments.paid_on) then true
            when {{ has_ever_come('deaths') }} then false
        end as fails,
        payments.amount
    from {{ ref('stg_payments') }} as payments
    inner join {{ ref('reg_divisions') }} as divisions on payments.division_code = divisions.division_code
    left join {{ ref('stg_deaths') }} as deaths on payments.payee_id = deaths.elder_id
    where payments.payee_kind = 'elder' and payments.amount > 0 and payments.paid_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('E07') %}
    select
        elders.jurisdiction,
        elders.elder_id as subject,
        {{ month_text(as_of()) }} as period,
        {{ as_of() }} as judged_on,
        lookback_months.value - coalesce(served.served_months, 0) as measure,
        null as limit_value,
        case
            when spans.eligibility = 2 and (exclusions.member is null or spans.receives_ltc is not null)
                then served.elder_id is null
        end as fails,
        null as amount
    from {{ ref('reg_elder_versions') }} as elders
    inner join {{ ref('elder_spans') }} as spans
        on
            elders.elder_id = spans.elder_id
            and elders.jurisdiction = spans.jurisdiction
            and {{ as_of() }} between spans.valid_from and spans.valid_to
    left join {{ ref('reg_people_ends') }} as people on elders.elder_id = people.elder_id
    left join {{ ref('msr_lookback_months') }} as served
        on elders.jurisdiction = served.jurisdiction and elders.elder_id = served.elder_id
    left join {{ member_rows('E07', 'excluding_benefits') }} as exclusions
        on
            elders.jurisdiction = exclusions.jurisdiction
            and exclusions.member = 'ltc_benefit'
            and {{ as_of() }} between exclusions.valid_from and exclusions.valid_to
    {{ join_parameters('E07', ['lookback_months'], 'elders.jurisdiction', as_of()) }}
    where
        elders.is_newest
        and elders.on_register
        and people.died_on is null
        and people.exited_on is null
        and coalesce(
            elders.registered_on < {{ months_before(month_start(as_of()), 'lookback_months.value') }}, true
        )
        and spans.eligibility > 0
        and (exclusions.member is null or spans.receives_ltc is null or not spans.receives_ltc)
{% endcall %}
union all
{% call measured('E08') %}
    select
        elders.jurisdiction,
        elders.elder_id as subject,
        elders.period,
        elders.ends_on as judged_on,
        case when shown.verifications > 0 or shown.is_shown_unverified then shown.verifications end as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_elder_periods') }} as elders
    inner join {{ ref('msr_elder_verifications') }} as shown
        on elders.elder_id = shown.elder_id and elders.period = shown.period
    where elders.kind = 'quarter'
{% endcall %}
union all
{% call measured('E09') %}
    select
        elders.residence_jurisdiction as jurisdiction,
        elders.elder_id as subject,
        elders.period,
        elders.ends_on as judged_on,
        case
            when elders.living_arrangement is not null and elders.birth_date is not null
                then coalesce(
                    gaps.uncovered_windows,
                    -- Nobody came at all: every window of the month is uncovered.
                    greatest(
                        0,
                        {{ days_between(day_before('elders.starts_on'), next_day('elders.ends_on')) }} - interval_days.value
                    )
                )
        end as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_elder_periods') }} as elders
    left join {{ member_rows('E09', 'living_arrangements') }} as living
        on
            elders.residence_jurisdiction = living.jurisdiction
            and elders.living_arrangement = living.member
            and elders.ends_on between living.valid_from and living.valid_to
    left join {{ ref('msr_check_in_gaps') }} as gaps
        on
            elders.elder_id = gaps.elder_id
            and elders.residence_jurisdiction = gaps.jurisdiction
            and elders.period = gaps.period
    {{ join_parameters('E09', ['advanced_age', 'interval_days'], 'elders.residence_jurisdiction', 'elders.ends_on') }}
    where
        elders.kind = 'month'
        and (living.member is not null or elders.living_arrangement is null)
        and coalesce(
            {{ years_later('elders.birth_date', 'cast(advanced_age.value as integer)') }} <= elders.starts_on, true
        )
{% endcall %}
union all
{% call measured('E10') %}
    select
        elders.jurisdiction,
        elders.elder_id as subject,
        elders.period,
        elders.ends_on as judged_on,
        case when elders.birth_date is not null then coalesce(checks.checks, 0) end as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('msr_elder_periods') }} as elders
    left join {{ ref('msr_health_checks') }} as checks
        on
            checks.rule = 'E10'
            and elders.elder_id = checks.elder_id
            and elders.jurisdiction = checks.jurisdiction
            and elders.period = checks.period
    {{ join_parameters('E10', ['min_age'], 'elders.jurisdiction', 'elders.ends_on') }}
    where
        elders.kind = 'year'
        and coalesce({{ years_later('elders.birth_date', 'cast(min_age.value as integer)') }} <= elders.ends_on, true)
{% endcall %}
union all
{% call measured('E11') %}
    select
        elders.jurisdiction,
        elders.elder_id as subject,
        elders.period,
        elders.ends_on as judged_on,
        case
            when elders.has_condition and elders.birth_date is not null then coalesce(checks.checks, 0)
        end as measure,
        null as limit_value,
        null as fails,
        null as amount
    from (
        select
            periods.elder_id,
            periods.jurisdiction,
            periods.period,
            periods.ends_on,
            periods.birth_date,
            -- An empty cell does not say that there is no illness, and a dropped member may have been one of these.
            case
                when count(conditions.member) > 0 then true
                when
                    bool_and(
                        {{ list_length('periods.chronic_conditions') }} > 0 and periods.chronic_conditions_is_complete
                    )
                    then false
            end as has_condition
        from {{ ref('msr_elder_periods') }} as periods
        left join {{ member_rows('E11', 'chronic_conditions') }} as conditions
            on
                periods.jurisdiction = conditions.jurisdiction
                and {{ lists_meet('periods.chronic_conditions', '[conditions.member]') }}
                and periods.ends_on between conditions.valid_from and conditions.valid_to
        where periods.kind = 'quarter'
        group by periods.elder_id, periods.jurisdiction, periods.period, periods.ends_on, periods.birth_date
    ) as elders
    left join {{ ref('msr_health_checks') }} as checks
        on
            checks.rule = 'E11'
            and elders.elder_id = checks.elder_id
            and elders.jurisdiction = checks.jurisdiction
            and elders.period = checks.period
    {{ join_parameters('E11', ['min_age'], 'elders.jurisdiction', 'elders.ends_on') }}
    where
        (elders.has_condition is null or elders.has_condition)
        and coalesce({{ years_later('elders.birth_date', 'cast(min_age.value as integer)') }} <= elders.ends_on, true)
{% endcall %}
