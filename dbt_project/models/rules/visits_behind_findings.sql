{{ config(materialized='table') }}

{# Rules whose visits are all those of one person at one time: whose, when, and which of them count. #}
{% set counted_visits = {
    'S04': ('worker_number', 'visits.service_date = findings.day', 'not visits.is_group_service_s04'),
    'Q01': ('elder_number', 'visits.service_month = findings.month', 'visits.is_public'),
    'Q02': ('elder_number', 'visits.service_month = findings.month', 'visits.is_public'),
    'C02': ('worker_number', 'visits.service_date > findings.day', 'true'),
} %}

with findings as (
    select
        found.finding_id,
        found.rule,
        found.jurisdiction,
        found.subject,
        found.period,
        numbers.number,
        try_cast(found.period as date) as day,
        try_cast(found.period || '-01' as date) as month
    from {{ ref('rule_findings') }} as found
    left join {{ ref('visit_numbers') }} as numbers on found.subject = numbers.id
),

visits as (
    select * from {{ ref('visit_tests') }}
    where is_judged
)

select
    findings.finding_id,
    'counted' as role,
    failures.visit_id
from {{ ref('visit_failures') }} as failures
inner join findings
    on
        failures.rule = findings.rule
        and failures.jurisdiction = findings.jurisdiction
        and failures.subject = findings.subject
        and failures.service_month = findings.month
{% for rule in ['S01', 'S02'] %}
union all
select distinct
    findings.finding_id,
    'counted' as role,
    overlapping.visit_id
from {{ ref('visit_overlaps') }} as overlapping
inner join findings
    on
        findings.rule = '{{ rule }}'
        and overlapping.rule = findings.rule
        and overlapping.jurisdiction = findings.jurisdiction
        and overlapping.person_number = findings.number
        and overlapping.service_date = findings.day
union all
-- Partners of another day or place are in no count of this finding.
select distinct
    findings.finding_id,
    'ground' as role,
    overlapping.partner_id as visit_id
from {{ ref('visit_overlaps') }} as overlapping
inner join findings
    on
        findings.rule = '{{ rule }}'
        and overlapping.rule = findings.rule
        and overlapping.jurisdiction = findings.jurisdiction
        and overlapping.person_number = findings.number
        and overlapping.service_date = findings.day
where
    overlapping.partner_jurisdiction is distinct from overlapping.jurisdiction
    or overlapping.partner_date != overlapping.service_date
{% endfor %}
{% for role, visit in [('counted', 'visit_id'), ('ground', 'earlier_visit_id')] %}
union all
select
    findings.finding_id,
    '{{ role }}' as role,
    travel.{{ visit }}
from {{ ref('visit_travel') }} as travel
inner join findings
    on
        findings.rule = 'S03'
        and travel.jurisdiction = findings.jurisdiction
        and travel.worker_number = findings.number
        and travel.service_date = findings.day
where travel.is_too_fast
{% endfor %}
{% for rule, (person, time, counted) in counted_visits.items() %}
union all
select
    findings.finding_id,
    'counted' as role,
    visits.visit_id
from visits
inner join findings
    on
        findings.rule = '{{ rule }}'
        and visits.jurisdiction = findings.jurisdiction
        and visits.{{ person }} = findings.number
        and {{ time }}
where {{ counted }}
{% endfor %}
union all
select
    findings.finding_id,
    'counted' as role,
    visits.visit_id
from visits
inner join {{ ref('provider_lengths') }} as lengths
    on
        visits.jurisdiction = lengths.jurisdiction
        and visits.provider_number = lengths.provider_number
        and visits.service_month = lengths.service_month
        and visits.seconds // 60 = lengths.whole_minutes
inner join findings
    on
        findings.rule = 'S08'
        and lengths.jurisdiction = findings.jurisdiction
        and lengths.provider_number = findings.number
        and lengths.service_month = findings.month
where visits.is_public
union all
select
    findings.finding_id,
    'counted' as role,
    visits.visit_id
from visits
inner join findings
    on
        findings.rule = 'S14'
        and visits.jurisdiction = findings.jurisdiction
        and visits.provider_number = findings.number
        and visits.service_month = findings.month
inner join {{ parameter_rows('S14', 'max_hours') }} as hours
    on
        visits.jurisdiction = hours.jurisdiction
        and {{ span_end('findings.month', 'month') }} between hours.valid_from and hours.valid_to
where visits.recorded_after_seconds > hours.value * 3600
union all
-- One visit is enough to show that the provider served in the period.
select
    finding_id,
    'ground' as role,
    visit_id
from (
    select
        findings.finding_id,
        months.first_public_visit_id as visit_id,
        row_number() over (
            partition by findings.finding_id
            order by months.first_public_started_at, months.first_public_visit_id
        ) as place
    from findings
    inner join {{ ref('msr_provider_checks') }} as checks
        on
            findings.jurisdiction = checks.jurisdiction
            and findings.subject = checks.provider_id
            and findings.period = checks.period
    inner join {{ ref('msr_provider_visits') }} as months
        on
            checks.provider_id = months.provider_id
            and checks.jurisdiction = months.jurisdiction
            and months.service_month between checks.starts_on and checks.ends_on
    where
        (findings.rule = 'D02' and checks.kind = 'year' or findings.rule = 'D05' and checks.kind = 'quarter')
        and months.public_visits > 0
)
where place = 1
union all
-- What a settlement line is compared with.
select distinct
    finding_id,
    'ground' as role,
    compared_visit_id as visit_id
from {{ ref('lines_behind_findings') }}
where compared_visit_id is not null
