{% call evidence_of('E06') %}
    select
        divisions.jurisdiction,
        payments.payment_id as subject,
        {{ day_text('payments.paid_on') }} as period,
        {{ staged_evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('stg_payments') }} as payments
    inner join {{ ref('reg_divisions') }} as divisions on payments.division_code = divisions.division_code
    where payments.payee_kind = 'elder'
    union all
    select
        divisions.jurisdiction,
        payments.payment_id as subject,
        {{ day_text('payments.paid_on') }} as period,
        {{ staged_evidence_row('ground', 'deaths', 'deaths.elder_id', 'deaths') }}
    from {{ ref('stg_payments') }} as payments
    inner join {{ ref('reg_divisions') }} as divisions on payments.division_code = divisions.division_code
    inner join {{ ref('stg_deaths') }} as deaths on payments.payee_id = deaths.elder_id
    where payments.payee_kind = 'elder'
{% endcall %}
union all
{% call evidence_of('E07') %}
    select
        jurisdiction,
        elder_id as subject,
        {{ month_text(as_of()) }} as period,
        {{ evidence_row('ground', 'elders', 'elder_id') }}
    from {{ ref('reg_elder_versions') }}
    where is_newest
{% endcall %}
union all
{% call evidence_of('E08') %}
    select
        elders.jurisdiction,
        elders.elder_id as subject,
        elders.period,
        {{ evidence_row('ground', 'elders', 'newest.elder_id', 'newest') }}
    from {{ ref('msr_elder_periods') }} as elders
    inner join {{ ref('reg_elder_versions') }} as newest
        on
            elders.elder_id = newest.elder_id
            and newest.is_newest
            and elders.ends_on <= newest.version_on
    where elders.kind = 'quarter'
{% endcall %}
union all
{% call evidence_of('E09') %}
    select
        days.jurisdiction,
        days.elder_id as subject,
        days.period,
        {{ staged_evidence_row('counted', 'check_ins', 'check_ins.check_in_id', 'check_ins') }}
    from {{ ref('msr_check_in_days') }} as days
    inner join {{ ref('stg_check_ins') }} as check_ins
        on days.elder_id = check_ins.elder_id and days.checked_on = cast(check_ins.checked_at as date)
    inner join {{ ref('reg_divisions') }} as divisions
        on check_ins.division_code = divisions.division_code and days.jurisdiction = divisions.jurisdiction
    left join {{ member_rows('E09', 'uncompleted_outcomes') }} as uncompleted
        on
            days.jurisdiction = uncompleted.jurisdiction
            and check_ins.outcome = uncompleted.member
            and days.ends_on between uncompleted.valid_from and uncompleted.valid_to
    where uncompleted.member is null
    union all
    select
        residence_jurisdiction as jurisdiction,
        elder_id as subject,
        period,
        {{ evidence_row('ground', 'elders', 'elder_id') }}
    from {{ ref('msr_elder_periods') }}
    where kind = 'month'
{% endcall %}
{% for rule, kind in {'E10': 'year', 'E11': 'quarter'}.items() %}
union all
{% call evidence_of(rule) %}
    select
        jurisdiction,
        elder_id as subject,
        period,
        {{ evidence_row('ground', 'elders', 'elder_id') }}
    from {{ ref('msr_elder_periods') }}
    where kind = '{{ kind }}'
{% endcall %}
{% endfor %}
