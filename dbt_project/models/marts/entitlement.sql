with people as (
    select
        elders.jurisdiction,
        spans.eligibility,
        case when exclusions.member is null then false else spans.receives_ltc end as is_excluded
    from {{ ref('reg_elder_versions') }} as elders
    inner join {{ ref('elder_spans') }} as spans
        on
            elders.elder_id = spans.elder_id
            and elders.jurisdiction = spans.jurisdiction
            and {{ as_of() }} between spans.valid_from and spans.valid_to
    left join {{ ref('reg_people_ends') }} as ends on elders.elder_id = ends.elder_id
    left join {{ member_rows('E07', 'excluding_benefits') }} as exclusions
        on
            elders.jurisdiction = exclusions.jurisdiction
            and exclusions.member = 'ltc_benefit'
            and {{ as_of() }} between exclusions.valid_from and exclusions.valid_to
    where
        elders.is_newest
        and elders.on_register
        and ends.died_on is null
        and ends.exited_on is null
),

counted as (
    select
        jurisdiction,
        count(*) as registered,
        count(*) filter (where eligibility = 2 and not is_excluded) as entitled,
        count(*) filter (
            where (eligibility = 1 and not coalesce(is_excluded, false)) or (eligibility = 2 and is_excluded is null)
        ) as unknown
    from people
    group by jurisdiction
),

limits as (
    select
        jurisdiction,
        max(value) filter (where rule = 'Q01' and name = 'max_hours') as hours_a_month,
        max(value) filter (where rule = 'Q03' and name = 'max_price') as yuan_an_hour
    from {{ ref('parameters') }}
    where division is null and {{ in_force(as_of(), 'valid_from', 'valid_to') }}
    group by jurisdiction
)

select
    places.jurisdiction,
    coalesce(counted.registered, 0) as registered,
    coalesce(counted.entitled, 0) as entitled,
    coalesce(counted.unknown, 0) as unknown,
    cast(limits.hours_a_month as double) as hours_a_month,
    cast(limits.yuan_an_hour as decimal(18, 2)) as yuan_an_hour,
    cast(coalesce(counted.entitled, 0) * limits.hours_a_month * limits.yuan_an_hour as decimal(18, 2)) as yuan_a_month
from {{ ref('jurisdictions') }} as places
left join counted on places.jurisdiction = counted.jurisdiction
left join limits on places.jurisdiction = limits.jurisdiction
