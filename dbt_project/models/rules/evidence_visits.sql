{#
    Where a visit stands in the files is asked only of the visits behind a finding. `ground` rows are found by the same
    registers and spans that the tests asked.
#}
with failing as (
    select distinct visit_id from {{ ref('visit_failures') }}
    union
    select visit_id from {{ ref('visit_overlaps') }}
    union
    select partner_id as visit_id from {{ ref('visit_overlaps') }}
    union
    select visit_id from {{ ref('visit_travel') }}
    where is_too_fast
    union
    select earlier_visit_id as visit_id from {{ ref('visit_travel') }}
    where is_too_fast
),

places as (
    select
        visits.visit_id,
        visits.jurisdiction,
        visits.elder_id,
        visits.worker_id,
        visits.service_date,
        visits.file,
        visits.sheet,
        visits.line
    from {{ ref('fct_visits') }} as visits
    inner join failing on visits.visit_id = failing.visit_id
),

visits as (
    select
        *,
        {{ day_text('service_date') }} as day,
        {{ month_text('service_month') }} as month
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }}
),

failures as (
    select
        *,
        {{ month_text('service_month') }} as period
    from {{ ref('visit_failures') }}
),

elders as (
    select * from {{ ref('reg_elder_versions') }}
)

{% for rule in visit_rules() %}
{% call evidence_of(rule) %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'counted' as role,
        'visits' as source,
        failures.visit_id as row_key,
        places.file,
        places.sheet,
        places.line
    from failures
    inner join places on failures.visit_id = places.visit_id
    where failures.rule = '{{ rule }}'
{% endcall %}
union all
{% endfor %}
{% for rule in ['E01', 'E05'] %}
{% call evidence_of(rule) %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'elders' as source,
        elders.elder_id as row_key,
        elders.file,
        elders.sheet,
        elders.line
    from failures
    inner join elders
        on
            failures.elder_id = elders.elder_id
            and failures.service_date between elders.valid_from and elders.valid_to
    where failures.rule = '{{ rule }}'
{% endcall %}
union all
{% endfor %}
{% call evidence_of('E03') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'deaths' as source,
        deaths.elder_id as row_key,
        deaths._file as file,
        deaths._sheet as sheet,
        deaths._line as line
    from failures
    inner join {{ ref('stg_deaths') }} as deaths on failures.elder_id = deaths.elder_id
    where failures.rule = 'E03'
{% endcall %}
union all
{% call evidence_of('E04') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'elders' as source,
        elders.elder_id as row_key,
        elders.file,
        elders.sheet,
        elders.line
    from failures
    inner join elders on failures.elder_id = elders.elder_id and elders.is_newest
    where failures.rule = 'E04'
{% endcall %}
union all
{% for rule in ['S05', 'S06'] %}
{% call evidence_of(rule) %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'workers' as source,
        roster.worker_id || '|' || roster.provider_id as row_key,
        roster.file,
        roster.sheet,
        roster.line
    from failures
    inner join {{ ref('reg_workers') }} as roster
        on failures.worker_id = roster.worker_id and failures.provider_id = roster.provider_id
    where failures.rule = '{{ rule }}'
{% endcall %}
union all
{% endfor %}
{% call evidence_of('S07') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'workers' as source,
        roster.worker_id || '|' || roster.provider_id as row_key,
        roster.file,
        roster.sheet,
        roster.line
    from failures
    inner join {{ ref('reg_workers') }} as roster
        on failures.worker_id = roster.worker_id and failures.service_date >= roster.disqualified_on
    where failures.rule = 'S07'
    union all
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'sanctions' as source,
        sanctions.sanction_id as row_key,
        sanctions._file as file,
        sanctions._sheet as sheet,
        sanctions._line as line
    from failures
    inner join {{ ref('stg_sanctions') }} as sanctions
        on
            failures.worker_id = sanctions.worker_id
            and {{ in_force('failures.service_date', 'sanctions.starts_on', 'sanctions.ends_on') }}
    where
        failures.rule = 'S07'
        and sanctions.kind in (select member from {{ member_rows('S07', 'cancelling_sanctions') }})
{% endcall %}
union all
{% call evidence_of('S12') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'agreements' as source,
        agreements.agreement_id as row_key,
        agreements.file,
        agreements.sheet,
        agreements.line
    from failures
    inner join {{ ref('reg_agreements') }} as agreements on failures.agreement_id = agreements.agreement_id
    where failures.rule = 'S12'
{% endcall %}
union all
{% call evidence_of('S13') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'stays' as source,
        stays.stay_id as row_key,
        stays._file as file,
        stays._sheet as sheet,
        stays._line as line
    from failures
    inner join {{ ref('stg_stays') }} as stays
        on
            failures.elder_id = stays.elder_id
            and failures.service_date > stays.admitted_on
            and (stays.discharged_on is null or failures.service_date < stays.discharged_on)
    where failures.rule = 'S13'
{% endcall %}
union all
{% call evidence_of('S15') %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'sanctions' as source,
        sanctions.sanction_id as row_key,
        sanctions._file as file,
        sanctions._sheet as sheet,
        sanctions._line as line
    from failures
    inner join {{ ref('stg_sanctions') }} as sanctions
        on
            failures.provider_id = sanctions.provider_id
            and {{ in_force('failures.service_date', 'sanctions.starts_on', 'sanctions.ends_on') }}
    where
        failures.rule = 'S15'
        and sanctions.kind in (select member from {{ member_rows('S15', 'ending_sanctions') }})
    union all
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        'ground' as role,
        'providers' as source,
        credit.provider_id as row_key,
        credit.file,
        credit.sheet,
        credit.line
    from failures
    inner join {{ ref('reg_provider_credit') }} as credit
        on
            failures.provider_id = credit.provider_id
            and failures.service_date between credit.valid_from and credit.valid_to
    inner join {{ ref('parameter_sets') }} as dishonest
        on
            dishonest.rule = 'S15'
            and dishonest.name = 'dishonest_credit_status'
            and failures.jurisdiction = dishonest.jurisdiction
            and credit.credit_status = dishonest.member
    where failures.rule = 'S15'
{% endcall %}
{% for rule, person in [('S01', 'worker_id'), ('S02', 'elder_id')] %}
union all
{% call evidence_of(rule) %}
    select
        places.jurisdiction,
        places.{{ person }} as subject,
        {{ day_text('places.service_date') }} as period,
        'counted' as role,
        'visits' as source,
        places.visit_id as row_key,
        places.file,
        places.sheet,
        places.line
    from {{ ref('visit_overlaps') }} as overlapping
    inner join places on overlapping.visit_id = places.visit_id
    where overlapping.rule = '{{ rule }}'
    union all
    select
        places.jurisdiction,
        places.{{ person }} as subject,
        {{ day_text('places.service_date') }} as period,
        'ground' as role,
        'visits' as source,
        partners.visit_id as row_key,
        partners.file,
        partners.sheet,
        partners.line
    from {{ ref('visit_overlaps') }} as overlapping
    inner join places on overlapping.visit_id = places.visit_id
    inner join places as partners on overlapping.partner_id = partners.visit_id
    where
        overlapping.rule = '{{ rule }}'
        and (places.jurisdiction, places.service_date) is distinct from (partners.jurisdiction, partners.service_date)
{% endcall %}
{% endfor %}
union all
{% call evidence_of('S03') %}
    select
        travel.jurisdiction,
        travel.worker_id as subject,
        {{ day_text('travel.service_date') }} as period,
        'counted' as role,
        'visits' as source,
        places.visit_id as row_key,
        places.file,
        places.sheet,
        places.line
    from {{ ref('visit_travel') }} as travel
    inner join places on travel.visit_id = places.visit_id
    where travel.is_too_fast
    union all
    select
        travel.jurisdiction,
        travel.worker_id as subject,
        {{ day_text('travel.service_date') }} as period,
        'ground' as role,
        'visits' as source,
        places.visit_id as row_key,
        places.file,
        places.sheet,
        places.line
    from {{ ref('visit_travel') }} as travel
    inner join places on travel.earlier_visit_id = places.visit_id
    where travel.is_too_fast
{% endcall %}
union all
{% call evidence_of('S04') %}
    select
        visits.jurisdiction,
        visits.worker_id as subject,
        visits.day as period,
        'counted' as role,
        'visits' as source,
        visits.visit_id as row_key,
        visits.file,
        visits.sheet,
        visits.line
    from visits
    inner join {{ ref('service_kinds') }} as kinds
        on
            visits.jurisdiction = kinds.jurisdiction
            and visits.service_item = kinds.service_item
            and visits.service_place is not distinct from kinds.service_place
            and visits.service_date = kinds.service_date
    where not kinds.is_group_service_s04
{% endcall %}
union all
{% call evidence_of('S08') %}
    select
        visits.jurisdiction,
        visits.provider_id as subject,
        visits.month as period,
        'counted' as role,
        'visits' as source,
        visits.visit_id as row_key,
        visits.file,
        visits.sheet,
        visits.line
    from visits
    inner join {{ ref('provider_lengths') }} as lengths
        on
            visits.jurisdiction = lengths.jurisdiction
            and visits.provider_id = lengths.provider_id
            and visits.service_month = lengths.service_month
            and {{ seconds_between('visits.started_at', 'visits.ended_at') }} // 60 = lengths.whole_minutes
    where visits.is_public
{% endcall %}
union all
{% call evidence_of('S14') %}
    select
        visits.jurisdiction,
        visits.provider_id as subject,
        visits.month as period,
        'counted' as role,
        'visits' as source,
        visits.visit_id as row_key,
        visits.file,
        visits.sheet,
        visits.line
    from visits
    inner join {{ parameter_rows('S14', 'max_hours') }} as hours
        on
            visits.jurisdiction = hours.jurisdiction
            and {{ span_end('visits.service_month', 'month') }} between hours.valid_from and hours.valid_to
    where {{ seconds_between('visits.ended_at', 'visits.recorded_at') }} > hours.value * 3600
{% endcall %}
{% for rule in ['Q01', 'Q02'] %}
union all
{% call evidence_of(rule) %}
    select
        visits.jurisdiction,
        visits.elder_id as subject,
        visits.month as period,
        'counted' as role,
        'visits' as source,
        visits.visit_id as row_key,
        visits.file,
        visits.sheet,
        visits.line
    from visits
    where visits.is_public
{% endcall %}
{% endfor %}
