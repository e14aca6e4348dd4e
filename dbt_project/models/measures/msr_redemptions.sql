with redemptions as (
    select
        points.*,
        divisions.jurisdiction,
        cast(points.occurred_at as date) as redeemed_on
    from {{ ref('stg_points') }} as points
    inner join {{ ref('reg_divisions') }} as divisions on points.division_code = divisions.division_code
    where points.kind = 'redeem' and points.occurred_at >= {{ period_start() }} and divisions.jurisdiction is not null
),

providers as (
    select
        provider_id,
        designated_from,
        designated_to
    from {{ ref('reg_providers') }}
),

deaths as (
    select
        elder_id,
        died_on
    from {{ ref('stg_deaths') }}
)

select
    redemptions.entry_id,
    redemptions.jurisdiction,
    redemptions.elder_id,
    coalesce(redemptions.provider_id, '') as provider_id,
    redemptions.redeemed_on,
    {{ month_text('redemptions.redeemed_on') }} as month,
    redemptions.points,
    not coalesce(
        {{ in_force('redemptions.redeemed_on', 'providers.designated_from', 'providers.designated_to') }}, false
    ) as is_outside,
    coalesce(redemptions.redeemed_on > deaths.died_on, false) as is_after_death,
    {% for rule in ['F11', 'F12'] %}
    {{ rule | lower }}.rule is not null as is_judged_by_{{ rule | lower }},
    {% endfor %}
    {{ evidence('redemptions') }}
from redemptions
left join providers on redemptions.provider_id = providers.provider_id
left join deaths on redemptions.elder_id = deaths.elder_id
{% for rule in ['F11', 'F12'] %}
left join {{ ref('reg_rule_windows') }} as {{ rule | lower }}
    on
        {{ rule | lower }}.rule = '{{ rule }}'
        and redemptions.jurisdiction = {{ rule | lower }}.jurisdiction
        and redemptions.redeemed_on between {{ rule | lower }}.valid_from and {{ rule | lower }}.valid_to
{% endfor %}
