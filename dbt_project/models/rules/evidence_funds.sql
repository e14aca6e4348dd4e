{% for rule in ['F01', 'F02'] %}
{% call evidence_of(rule) %}
    select
        to_jurisdiction as jurisdiction,
        transfer_id as subject,
        cast(allocated_on as varchar) as period,
        {{ evidence_row('counted', 'fund_transfers', 'transfer_id') }}
    from {{ ref('fct_transfers') }}
{% endcall %}
union all
{% endfor %}
{% for rule in ['F03', 'F07'] %}
{% call evidence_of(rule) %}
    select
        jurisdiction,
        payment_id as subject,
        cast(paid_on as varchar) as period,
        {{ evidence_row('counted', 'payments', 'payment_id') }}
    from {{ ref('msr_payments') }}
{% endcall %}
union all
{% endfor %}
{% call evidence_of('F04') %}
    select
        budgets.jurisdiction,
        budgets.subject,
        cast(budgets.fiscal_year as varchar) as period,
        {{ evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('msr_budget_years') }} as budgets
    inner join {{ ref('fct_payments') }} as payments
        on
            budgets.division_code = payments.division_code
            and budgets.fiscal_year = payments.fiscal_year
            and budgets.programme = payments.programme
    union all
    select
        jurisdiction,
        division_code || '|' || programme as subject,
        cast(fiscal_year as varchar) as period,
        {{ evidence_row('ground', 'budgets', "concat_ws('|', division_code, fiscal_year, programme, fund_source)") }}
    from {{ ref('fct_budgets') }}
{% endcall %}
union all
{% call evidence_of('F05') %}
    select
        divisions.jurisdiction,
        funds.division_code as subject,
        cast(funds.fiscal_year as varchar) as period,
        {{ staged_evidence_row('counted', 'lottery_funds', "concat_ws('|', funds.division_code, funds.fiscal_year, funds.use)", 'funds') }}
    from {{ ref('stg_lottery_funds') }} as funds
    inner join {{ ref('reg_divisions') }} as divisions on funds.division_code = divisions.division_code
{% endcall %}
union all
{% call evidence_of('F06') %}
    select
        years.jurisdiction,
        years.facility_id as subject,
        cast(years.fiscal_year as varchar) as period,
        {{ evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('msr_facility_years') }} as years
    inner join {{ ref('fct_payments') }} as payments
        on
            years.facility_id = payments.facility_id
            and years.fiscal_year = payments.fiscal_year
            and years.jurisdiction = payments.jurisdiction
    inner join {{ member_rows('F06', 'programmes') }} as programmes
        on
            payments.programme = programmes.member
            and years.jurisdiction = programmes.jurisdiction
            and years.year_ends_on between programmes.valid_from and programmes.valid_to
    union all
    select
        years.jurisdiction,
        years.facility_id as subject,
        cast(years.fiscal_year as varchar) as period,
        {{ evidence_row('ground', 'facilities', 'facilities.facility_id', 'facilities') }}
    from {{ ref('msr_facility_years') }} as years
    inner join {{ ref('reg_facilities') }} as facilities on years.facility_id = facilities.facility_id
{% endcall %}
union all
{% call evidence_of('F07') %}
    select
        payments.jurisdiction,
        payments.payment_id as subject,
        cast(payments.paid_on as varchar) as period,
        {{ staged_evidence_row('ground', 'evaluations', 'evaluations.evaluation_id', 'evaluations') }}
    from {{ ref('msr_payments') }} as payments
    inner join {{ ref('stg_evaluations') }} as evaluations on payments.evaluation_id = evaluations.evaluation_id
{% endcall %}
union all
{% for rule, period, judged_on in [('F08', 'cast(facilities.closed_on as varchar)', 'facilities.closed_on'), ('F09', "''", as_of())] %}
{% call evidence_of(rule) %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        {{ period }} as period,
        {{ evidence_row('counted', 'payments', 'payments.payment_id', 'payments') }}
    from {{ ref('reg_facilities') }} as facilities
    inner join {{ ref('fct_payments') }} as payments
        on
            facilities.facility_id = payments.facility_id
            and facilities.jurisdiction = payments.jurisdiction
    inner join {{ member_rows(rule, 'subsidy_programmes') }} as programmes
        on
            payments.programme = programmes.member
            and facilities.jurisdiction = programmes.jurisdiction
            and {{ judged_on }} between programmes.valid_from and programmes.valid_to
    union all
    select
        jurisdiction,
        facility_id as subject,
        {{ period | replace('facilities.', '') }} as period,
        {{ evidence_row('ground', 'facilities', 'facility_id') }}
    from {{ ref('reg_facilities') }}
{% endcall %}
{% if not loop.last %}union all{% endif %}
{% endfor %}
