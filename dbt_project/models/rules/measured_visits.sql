{#
    Monthly rules whose test looks at one visit: the gravest answer of the month decides, the failing visits are the measure.
    The month is judged on its last day in force; without a day, where none of its visits lies on a day in force.
#}
with failures as (
    select
        rule,
        jurisdiction,
        subject,
        service_month,
        count(*) as visits,
        sum(subsidy_yuan) as subsidy_yuan,
        -- Q03 counts what lies above the price: millionths of a yuan x 3,600, rounded once.
        {{ yuan(rounded_quotient('sum(above_price)', '36000000')) }} as above_price_yuan
    from {{ ref('visit_failures') }}
    group by rule, jurisdiction, subject, service_month
),

month_days as (
    select
        windows.rule,
        windows.jurisdiction,
        periods.starts_on as service_month,
        max(least(windows.valid_to, periods.ends_on, {{ as_of() }})) as judged_on
    from {{ ref('reg_rule_windows') }} as windows
    inner join {{ ref('reg_periods') }} as periods
        on
            periods.kind = 'month'
            and windows.valid_from <= least(periods.ends_on, {{ as_of() }})
            and windows.valid_to >= periods.starts_on
    group by windows.rule, windows.jurisdiction, periods.starts_on
)

{% for rule, columns in visit_rules().items() %}
{% set model = {
    'elder_id': 'elder_months', 'worker_id': 'worker_months', 'worker_id,provider_id': 'worker_provider_months',
    'elder_id,provider_id': 'elder_provider_months', 'provider_id': 'provider_months',
}[columns | join(',')] %}
{% call measured(rule) %}
    select
        groups.jurisdiction,
        groups.{{ columns | join(" || '|' || groups.") }} as subject,
        {{ month_text('groups.service_month') }} as period,
        case when groups.{{ rule }} > {{ answer('no_rule') }} then month_days.judged_on end as judged_on,
        case groups.{{ rule }}
            when {{ answer('fails') }} then failures.visits
            when {{ answer('passes') }} then 0
        end as measure,
        null as limit_value,
        null as fails,
        failures.{{ 'above_price_yuan' if rule == 'Q03' else 'subsidy_yuan' }} as amount
    from {{ ref(model) }} as groups
    left join month_days
        on
            month_days.rule = '{{ rule }}'
            and groups.jurisdiction = month_days.jurisdiction
            and groups.service_month = month_days.service_month
    left join failures
        on
            failures.rule = '{{ rule }}'
            and groups.jurisdiction = failures.jurisdiction
            and groups.{{ columns | join(" || '|' || groups.") }} = failures.subject
            and groups.service_month = failures.service_month
    where groups.{{ rule }} is not null
{% endcall %}
union all
{% endfor %}
{% call measured('S01') %}
    select
        days.jurisdiction,
        numbers.id as subject,
        {{ day_text('days.service_date') }} as period,
        days.service_date as judged_on,
        days.overlapping_visits as measure,
        null as limit_value,
        null as fails,
        days.overlapping_yuan as amount
    from {{ ref('worker_days') }} as days
    inner join {{ ref('visit_numbers') }} as numbers on days.worker_number = numbers.number
    where days.compared_visits > 0
{% endcall %}
union all
{% call measured('S02') %}
    select
        days.jurisdiction,
        numbers.id as subject,
        {{ day_text('days.service_date') }} as period,
        days.service_date as judged_on,
        days.overlapping_visits as measure,
        null as limit_value,
        null as fails,
        days.overlapping_yuan as amount
    from {{ ref('elder_days') }} as days
    inner join {{ ref('visit_numbers') }} as numbers on days.elder_number = numbers.number
{% endcall %}
union all
{% call measured('S03') %}
    select
        days.jurisdiction,
        numbers.id as subject,
        {{ day_text('days.service_date') }} as period,
        days.service_date as judged_on,
        days.fast_pairs as measure,
        null as limit_value,
        null as fails,
        days.fast_yuan as amount
    from {{ ref('worker_days') }} as days
    inner join {{ ref('visit_numbers') }} as numbers on days.worker_number = numbers.number
    where days.travel_pairs > 0
{% endcall %}
union all
{% call measured('S04') %}
    select
        days.jurisdiction,
        numbers.id as subject,
        {{ day_text('days.service_date') }} as period,
        days.service_date as judged_on,
        days.summed_seconds / 60.0e0 as measure,
        null as limit_value,
        null as fails,
        days.summed_yuan as amount
    from {{ ref('worker_days') }} as days
    inner join {{ ref('visit_numbers') }} as numbers on days.worker_number = numbers.number
    where days.summed_visits > 0
{% endcall %}
union all
{% call measured('S08') %}
    select
        lengths.jurisdiction,
        lengths.provider_id as subject,
        {{ month_text('lengths.service_month') }} as period,
        {{ span_end('lengths.service_month', 'month') }} as judged_on,
        lengths.commonest_visits * 1.0e0 / lengths.public_visits as measure,
        null as limit_value,
        null as fails,
        lengths.commonest_yuan as amount
    from {{ ref('provider_lengths') }} as lengths
    left join {{ parameter_rows('S08', 'min_visits') }} as least_visits
        on
            lengths.jurisdiction = least_visits.jurisdiction
            and {{ span_end('lengths.service_month', 'month') }} between least_visits.valid_from and least_visits.valid_to
    where lengths.public_visits >= coalesce(least_visits.value, 0)
{% endcall %}
union all
{% call measured('S14') %}
    select
        records.jurisdiction,
        records.provider_id as subject,
        {{ month_text('records.service_month') }} as period,
        {{ span_end('records.service_month', 'month') }} as judged_on,
        records.late_visits * 1.0e0 / records.recorded_visits as measure,
        null as limit_value,
        null as fails,
        records.late_yuan as amount
    from {{ ref('provider_records') }} as records
    left join {{ parameter_rows('S14', 'min_visits') }} as least_visits
        on
            records.jurisdiction = least_visits.jurisdiction
            and {{ span_end('records.service_month', 'month') }} between least_visits.valid_from and least_visits.valid_to
    where records.recorded_visits >= coalesce(least_visits.value, 0)
{% endcall %}
union all
{% call measured('Q01') %}
    select
        months.jurisdiction,
        months.elder_id as subject,
        {{ month_text('months.service_month') }} as period,
        {{ span_end('months.service_month', 'month') }} as judged_on,
        months.public_seconds / 3600.0e0 as measure,
        null as limit_value,
        null as fails,
        -- subsidy x (hours - max_hours) / hours, in whole cents and thousandths of a second
        {{ yuan(rounded_quotient(
            cents('months.public_yuan') ~ ' * (months.public_seconds * 1000 - cast(hours.value * 3600000 as bigint))',
            'months.public_seconds * 1000'
        )) }} as amount
    from {{ ref('elder_months') }} as months
    left join {{ parameter_rows('Q01', 'max_hours') }} as hours
        on
            months.jurisdiction = hours.jurisdiction
            and {{ span_end('months.service_month', 'month') }} between hours.valid_from and hours.valid_to
    where months.public_visits > 0
{% endcall %}
union all
{% call measured('Q02') %}
    select
        visits.jurisdiction,
        visits.elder_id as subject,
        periods.period,
        periods.ends_on as judged_on,
        visits.distinct_visits as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('distinct_visits') }} as visits
    inner join {{ ref('reg_periods') }} as periods
        on visits.service_month = periods.starts_on and periods.kind = 'month'
    left join {{ ref('reg_elder_versions') }} as versions
        on
            visits.elder_id = versions.elder_id
            and periods.ends_on between versions.valid_from and versions.valid_to
    left join {{ ref('reg_people_ends') }} as people on visits.elder_id = people.elder_id
    where
        not coalesce(versions.registered_on between periods.starts_on and periods.ends_on, false)
        and not coalesce(people.exited_on between periods.starts_on and periods.ends_on, false)
        and not coalesce(people.died_on between periods.starts_on and periods.ends_on, false)
{% endcall %}
