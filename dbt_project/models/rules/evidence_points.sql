{% call evidence_of('F10') %}
    select
        months.jurisdiction,
        months.elder_id as subject,
        months.period,
        {{ staged_evidence_row('counted', 'points', 'points.entry_id', 'points') }}
    from {{ ref('msr_points_months') }} as months
    inner join {{ ref('stg_points') }} as points
        on
            months.elder_id = points.elder_id
            and months.period = {{ month_text('points.grant_month') }}
    inner join {{ ref('reg_divisions') }} as divisions
        on points.division_code = divisions.division_code and months.jurisdiction = divisions.jurisdiction
    where points.kind = 'grant'
    union all
    select
        months.jurisdiction,
        months.elder_id as subject,
        months.period,
        {{ evidence_row('ground', 'elders', 'versions.elder_id', 'versions') }}
    from {{ ref('msr_points_months') }} as months
    inner join {{ ref('reg_elder_versions') }} as versions
        on
            months.elder_id = versions.elder_id
            and months.ends_on between versions.valid_from and versions.valid_to
{% endcall %}
union all
{% call evidence_of('F11') %}
    select
        jurisdiction,
        provider_id as subject,
        month as period,
        {{ evidence_row('counted', 'points', 'entry_id') }}
    from {{ ref('msr_redemptions') }}
    where is_outside and is_judged_by_f11
    union all
    select
        redemptions.jurisdiction,
        redemptions.provider_id as subject,
        redemptions.month as period,
        {{ evidence_row('ground', 'providers', 'providers.provider_id', 'providers') }}
    from {{ ref('msr_redemptions') }} as redemptions
    inner join {{ ref('reg_providers') }} as providers on redemptions.provider_id = providers.provider_id
{% endcall %}
union all
{% call evidence_of('F12') %}
    select
        jurisdiction,
        elder_id as subject,
        month as period,
        {{ evidence_row('counted', 'points', 'entry_id') }}
    from {{ ref('msr_redemptions') }}
    where is_after_death and is_judged_by_f12
    union all
    select
        redemptions.jurisdiction,
        redemptions.elder_id as subject,
        redemptions.month as period,
        {{ staged_evidence_row('ground', 'deaths', 'deaths.elder_id', 'deaths') }}
    from {{ ref('msr_redemptions') }} as redemptions
    inner join {{ ref('stg_deaths') }} as deaths on redemptions.elder_id = deaths.elder_id
{% endcall %}
union all
{% call evidence_of('F13') %}
    select
        balances.jurisdiction,
        balances.elder_id as subject,
        '' as period,
        {{ evidence_row('counted', 'points', 'entries.entry_id', 'entries') }}
    from {{ ref('msr_points_balances') }} as balances
    inner join {{ ref('msr_points_ledger') }} as entries
        on
            balances.jurisdiction = entries.jurisdiction
            and balances.elder_id = entries.elder_id
            and balances.lowest_place >= entries.place
{% endcall %}
