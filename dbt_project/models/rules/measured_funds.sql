{% call measured('F01') %}
    select
        transfers.to_jurisdiction as jurisdiction,
        transfers.transfer_id as subject,
        transfers.allocated_on as period,
        transfers.allocated_on as judged_on,
        transfers.received_amount_yuan as measure,
        transfers.allocated_amount_yuan as limit_value,
        transfers.allocated_amount_yuan - transfers.received_amount_yuan > tolerance_yuan.exact_value as fails,
        transfers.allocated_amount_yuan - transfers.received_amount_yuan as amount
    from {{ ref('fct_transfers') }} as transfers
    {{ join_parameters('F01', ['tolerance_yuan'], 'transfers.to_jurisdiction', 'transfers.allocated_on') }}
    where transfers.allocated_on >= {{ period_start() }} and transfers.received_on is not null
{% endcall %}
union all
{% call measured('F02') %}
    select
        to_jurisdiction as jurisdiction,
        transfer_id as subject,
        allocated_on as period,
        allocated_on as judged_on,
        coalesce(days_to_receipt, {{ days_between('allocated_on', as_of()) }}) as measure,
        null as limit_value,
        null as fails,
        allocated_amount_yuan as amount
    from {{ ref('fct_transfers') }}
    where allocated_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('F03') %}
    select
        payments.jurisdiction,
        payments.payment_id as subject,
        payments.paid_on as period,
        payments.paid_on as judged_on,
        case
            when payments.programme is not null then case when allowed.member is null then 1 else 0 end
            when special.member is not null then 1
        end as measure,
        null as limit_value,
        null as fails,
        payments.amount_yuan as amount
    from {{ ref('msr_payments') }} as payments
    left join {{ member_rows('F03', 'allowed_purposes') }} as allowed
        on
            payments.programme = allowed.grouping
            and payments.purpose = allowed.member
            and payments.jurisdiction = allowed.jurisdiction
            and payments.paid_on between allowed.valid_from and allowed.valid_to
    left join {{ member_rows('F03', 'special_accounts') }} as special
        on
            payments.account_kind = special.member
            and payments.jurisdiction = special.jurisdiction
            and payments.paid_on between special.valid_from and special.valid_to
    where payments.programme is null or payments.is_earmarked
{% endcall %}
union all
{% call measured('F04') %}
    select
        budgets.jurisdiction,
        budgets.subject,
        budgets.fiscal_year as period,
        budgets.year_ends_on as judged_on,
        budgets.paid_yuan as measure,
        budgets.budget_yuan as limit_value,
        budgets.paid_yuan - budgets.budget_yuan > tolerance_yuan.exact_value as fails,
        budgets.paid_yuan - budgets.budget_yuan as amount
    from {{ ref('msr_budget_years') }} as budgets
    {{ join_parameters('F04', ['tolerance_yuan'], 'budgets.jurisdiction', 'budgets.year_ends_on') }}
{% endcall %}
union all
{% call measured('F05') %}
    select
        jurisdiction,
        division_code as subject,
        fiscal_year as period,
        year_ends_on as judged_on,
        case
            when total_yuan > 0
                then {{ rounded_quotient(cents('counted_yuan') ~ ' * 10000', cents('total_yuan')) }} / 10000.0e0
        end as measure,
        null as limit_value,
        case when total_yuan > 0 then missing_yuan > 0 end as fails,
        missing_yuan as amount
    from {{ ref('msr_lottery_years') }}
{% endcall %}
union all
{% call measured('F06') %}
    select
        jurisdiction,
        facility_id as subject,
        fiscal_year as period,
        year_ends_on as judged_on,
        paid_yuan as measure,
        bound_yuan as limit_value,
        is_outside as fails,
        abs(paid_yuan - bound_yuan) as amount
    from {{ ref('msr_facility_years') }}
{% endcall %}
union all
{% call measured('F07') %}
    select
        payments.jurisdiction,
        payments.payment_id as subject,
        payments.paid_on as period,
        payments.paid_on as judged_on,
        case
            when payments.evaluation_id is null then 1
            when payments.evaluation_year < payments.fiscal_year - max_years_back.exact_value then 1
            when failing.member is not null then 1
            else 0
        end as measure,
        null as limit_value,
        null as fails,
        payments.amount_yuan as amount
    from {{ ref('msr_payments') }} as payments
    {{ join_parameters('F07', ['max_years_back'], 'payments.jurisdiction', 'payments.paid_on') }}
    left join {{ member_rows('F07', 'failing_results') }} as failing
        on
            payments.evaluation_result = failing.member
            and payments.jurisdiction = failing.jurisdiction
            and payments.paid_on between failing.valid_from and failing.valid_to
    where payments.needs_evaluation
{% endcall %}
union all
{% call measured('F08') %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        facilities.closed_on as period,
        facilities.closed_on as judged_on,
        {{ completed_years('facilities.opened_on', 'facilities.closed_on') }} as measure,
        null as limit_value,
        null as fails,
        sum(subsidies.paid_yuan) as amount
    from {{ ref('reg_facilities') }} as facilities
    inner join {{ ref('msr_facility_subsidies') }} as subsidies
        on
            facilities.facility_id = subsidies.facility_id
            and facilities.jurisdiction = subsidies.jurisdiction
    inner join {{ member_rows('F08', 'subsidy_programmes') }} as programmes
        on
            subsidies.programme = programmes.member
            and facilities.jurisdiction = programmes.jurisdiction
            and facilities.closed_on between programmes.valid_from and programmes.valid_to
    where facilities.closed_on >= {{ period_start() }} and facilities.opened_on is not null
    group by facilities.jurisdiction, facilities.facility_id, facilities.opened_on, facilities.closed_on
    having sum(subsidies.paid_yuan) > 0
{% endcall %}
union all
{% call measured('F09') %}
    select
        facilities.jurisdiction,
        facilities.facility_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        facilities.building_area_m2 as measure,
        null as limit_value,
        case
            when facilities.leased_out or (facilities.current_use is not null and harmless.member is null) then true
            when not facilities.leased_out and harmless.member is not null then false
        end as fails,
        coalesce(subsidised.paid_yuan, 0) as amount
    from {{ ref('reg_facilities') }} as facilities
    left join {{ member_rows('F09', 'approved_uses') }} as approved
        on
            facilities.approved_use = approved.member
            and facilities.jurisdiction = approved.jurisdiction
            and {{ as_of() }} between approved.valid_from and approved.valid_to
    left join {{ member_rows('F09', 'harmless_uses') }} as harmless
        on
            facilities.current_use = harmless.member
            and facilities.jurisdiction = harmless.jurisdiction
            and {{ as_of() }} between harmless.valid_from and harmless.valid_to
    left join (
        select
            subsidies.jurisdiction,
            subsidies.facility_id,
            sum(subsidies.paid_yuan) as paid_yuan
        from {{ ref('msr_facility_subsidies') }} as subsidies
        inner join {{ member_rows('F09', 'subsidy_programmes') }} as programmes
            on
                subsidies.programme = programmes.member
                and subsidies.jurisdiction = programmes.jurisdiction
                and {{ as_of() }} between programmes.valid_from and programmes.valid_to
        group by subsidies.jurisdiction, subsidies.facility_id
    ) as subsidised
        on
            facilities.facility_id = subsidised.facility_id
            and facilities.jurisdiction = subsidised.jurisdiction
    where facilities.closed_on is null and (facilities.approved_use is null or approved.member is not null)
{% endcall %}
