{#
    Where a visit stands in the files is asked once, for the visits of all findings. `ground` rows of registers are found by
    the same spans that the tests asked.
#}
with failures as (
    select
        *,
        {{ month_text('service_month') }} as period
    from {{ ref('visit_failures') }}
),

elders as (
    select * from {{ ref('reg_elder_versions') }}
)

select
    behind.finding_id,
    behind.role,
    'visits' as source,
    visits.visit_id as row_key,
    visits.file,
    visits.sheet,
    visits.line
from {{ ref('visits_behind_findings') }} as behind
inner join {{ ref('fct_visits') }} as visits on behind.visit_id = visits.visit_id
union all
{% for rule in ['E01', 'E05'] %}
{% call evidence_of(rule) %}
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        {{ evidence_row('ground', 'elders', 'elders.elder_id', 'elders') }}
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
        {{ staged_evidence_row('ground', 'deaths', 'deaths.elder_id', 'deaths') }}
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
        {{ evidence_row('ground', 'elders', 'elders.elder_id', 'elders') }}
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
        {{ evidence_row('ground', 'workers', "roster.worker_id || '|' || roster.provider_id", 'roster') }}
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
        {{ evidence_row('ground', 'workers', "roster.worker_id || '|' || roster.provider_id", 'roster') }}
    from failures
    inner join {{ ref('reg_workers') }} as roster
        on failures.worker_id = roster.worker_id and failures.service_date >= roster.disqualified_on
    where failures.rule = 'S07'
    union all
    select
        failures.jurisdiction,
        failures.subject,
        failures.period,
        {{ staged_evidence_row('ground', 'sanctions', 'sanctions.sanction_id', 'sanctions') }}
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
        {{ evidence_row('ground', 'agreements', 'agreements.agreement_id', 'agreements') }}
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
        {{ staged_evidence_row('ground', 'stays', 'stays.stay_id', 'stays') }}
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
        {{ staged_evidence_row('ground', 'sanctions', 'sanctions.sanction_id', 'sanctions') }}
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
        {{ evidence_row('ground', 'providers', 'credit.provider_id', 'credit') }}
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
