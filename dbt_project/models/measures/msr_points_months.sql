{#
    Granted against entitled. A month counts in a place if a grant of that month is on file there; a grant that names no
    month makes its old person's month unknown, whatever else is known of it. Entitled is who stands under the policy on the
    month's last day; without a birth date it is unknown.
#}
with grants as (
    select
        divisions.jurisdiction,
        points.elder_id,
        coalesce(points.grant_month, {{ month_start('points.occurred_at') }}) as starts_on,
        points.grant_month is null as is_monthless,
        points.points
    from {{ ref('stg_points') }} as points
    inner join {{ ref('reg_divisions') }} as divisions on points.division_code = divisions.division_code
    inner join {{ ref('reg_rule_places') }} as places
        on divisions.jurisdiction = places.jurisdiction and places.rule = 'F10'
    where points.kind = 'grant'
),

months as (
    select
        starts_on,
        ends_on,
        period
    from {{ ref('reg_periods') }}
    where kind = 'month' and is_complete
),

granted as (
    select
        grants.jurisdiction,
        grants.elder_id,
        months.period,
        months.ends_on,
        coalesce(sum(grants.points) filter (where not grants.is_monthless), 0) as granted_points,
        bool_or(grants.is_monthless) as has_monthless_grant
    from grants
    inner join months on grants.starts_on = months.starts_on
    group by grants.jurisdiction, grants.elder_id, months.period, months.ends_on
),

open_months as (
    select distinct
        grants.jurisdiction,
        months.period,
        months.ends_on
    from grants
    inner join months on grants.starts_on = months.starts_on
    where not grants.is_monthless
),

registered as (
    select
        open_months.jurisdiction,
        open_months.period,
        open_months.ends_on,
        versions.elder_id,
        {{ completed_years('versions.birth_date', 'open_months.ends_on') }} as age
    from {{ ref('reg_elder_versions') }} as versions
    inner join open_months
        on
            versions.jurisdiction = open_months.jurisdiction
            and open_months.ends_on between versions.valid_from and versions.valid_to
    left join {{ ref('stg_deaths') }} as deaths on versions.elder_id = deaths.elder_id
    where
        versions.registered_on <= open_months.ends_on
        and (versions.latest_exited_on is null or versions.latest_exited_on > open_months.ends_on)
        and (deaths.died_on is null or deaths.died_on > open_months.ends_on)
),

-- As for numbers: before the first day and after the last the nearest brackets tell who is entitled.
brackets as (
    select
        jurisdiction,
        low,
        high,
        value,
        is_low_inclusive,
        is_high_inclusive,
        case
            when valid_from = min(valid_from) over (partition by jurisdiction) then {{ first_day() }}
            else valid_from
        end as valid_from,
        case
            when coalesce(valid_to, {{ last_day() }}) = max(coalesce(valid_to, {{ last_day() }})) over (
                partition by jurisdiction
            ) then null
            else valid_to
        end as valid_to
    from {{ ref('parameter_brackets') }}
    where rule = 'F10' and name = 'points_by_age'
),

entitled as (
    select
        registered.jurisdiction,
        registered.period,
        registered.ends_on,
        registered.elder_id,
        case when registered.age is not null then coalesce(cast(brackets.value as bigint), 0) end as entitled_points
    from registered
    left join brackets
        on
            registered.jurisdiction = brackets.jurisdiction
            and {{ in_force('registered.ends_on', 'brackets.valid_from', 'brackets.valid_to') }}
            and (
                brackets.low is null
                or registered.age > brackets.low
                or (registered.age = brackets.low and brackets.is_low_inclusive)
            )
            and (
                brackets.high is null
                or registered.age < brackets.high
                or (registered.age = brackets.high and brackets.is_high_inclusive)
            )
),

months_of_people as (
    select
        coalesce(granted.jurisdiction, entitled.jurisdiction) as jurisdiction,
        coalesce(granted.elder_id, entitled.elder_id) as elder_id,
        coalesce(granted.period, entitled.period) as period,
        coalesce(granted.ends_on, entitled.ends_on) as ends_on,
        coalesce(granted.granted_points, 0) as granted_points,
        case when entitled.elder_id is null then 0 else entitled.entitled_points end as entitled_points,
        coalesce(granted.has_monthless_grant, false) as has_monthless_grant
    from granted
    full outer join entitled
        on
            granted.jurisdiction = entitled.jurisdiction
            and granted.elder_id = entitled.elder_id
            and granted.period = entitled.period
)

select *
from months_of_people
where has_monthless_grant or granted_points > 0 or entitled_points > 0 or entitled_points is null
