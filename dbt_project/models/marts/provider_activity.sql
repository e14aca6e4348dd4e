{# A provider's visits and the complaints about it or its workers in the period, of any jurisdiction. #}
with providers as (
    select * from {{ ref('reg_providers') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
),

visits as (
    select
        provider_id,
        division_code,
        count(*) as visits,
        count(*) filter (where is_public) as public_visits,
        sum(minutes) as minutes,
        sum(subsidy_amount_yuan) as subsidy_yuan,
        sum(satisfaction) as stars,
        count(satisfaction) as ratings,
        count(*) filter (where satisfaction >= 4) as good_ratings,
        min(service_date) as first_visit_on,
        max(service_date) as last_visit_on
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }}
    group by provider_id, division_code
),

served as (
    select
        provider_id,
        count(distinct elder_id) as elders
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }}
    group by provider_id
),

totals as (
    select
        provider_id,
        sum(visits) as visits,
        sum(public_visits) as public_visits,
        sum(minutes) as minutes,
        sum(subsidy_yuan) as subsidy_yuan,
        sum(stars) as stars,
        sum(ratings) as ratings,
        sum(good_ratings) as good_ratings,
        min(first_visit_on) as first_visit_on,
        max(last_visit_on) as last_visit_on
    from visits
    group by provider_id
),

-- Where a provider that stands in no register works most.
places as (
    select
        provider_id,
        division_code,
        row_number() over (partition by provider_id order by visits desc, division_code asc) as place
    from visits
),

complaints as (
    select
        provider_id,
        count(*) as received,
        count(*) filter (where is_upheld) as upheld
    from {{ ref('fct_complaints') }}
    where
        received_on >= {{ period_start() }}
        and target_kind in ('provider', 'worker')
        and provider_id is not null
    group by provider_id
),

known as (
    select provider_id from {{ ref('reg_providers') }}
    union
    select provider_id from totals
    union
    select provider_id from complaints
)

select
    known.provider_id,
    providers.name,
    providers.provider_type,
    coalesce(providers.division_code, places.division_code) as division_code,
    divisions.jurisdiction,
    providers.provider_id is not null as is_registered,
    coalesce(providers.left_register, false) as left_register,
    cast(coalesce(totals.visits, 0) as bigint) as visits,
    cast(coalesce(totals.public_visits, 0) as bigint) as public_visits,
    coalesce(served.elders, 0) as elders,
    cast(coalesce(totals.minutes, 0) as double) as minutes,
    cast(coalesce(totals.subsidy_yuan, 0) as decimal(18, 2)) as subsidy_yuan,
    cast(totals.stars / nullif(totals.ratings, 0) as double) as mean_satisfaction,
    cast(coalesce(totals.ratings, 0) as bigint) as ratings,
    cast(totals.good_ratings / nullif(totals.ratings, 0) as double) as share_ratings_4_5,
    coalesce(complaints.received, 0) as complaints_received,
    coalesce(complaints.upheld, 0) as complaints_upheld,
    cast(coalesce(complaints.upheld, 0) * 1000 / nullif(totals.visits, 0) as double) as upheld_per_1000_visits,
    totals.first_visit_on,
    totals.last_visit_on,
    {{ period_start() }} as period_start,
    {{ as_of() }} as period_end
from known
left join providers on known.provider_id = providers.provider_id
left join totals on known.provider_id = totals.provider_id
left join served on known.provider_id = served.provider_id
left join complaints on known.provider_id = complaints.provider_id
left join places on known.provider_id = places.provider_id and places.place = 1
left join divisions
    on coalesce(providers.division_code, places.division_code) = divisions.division_code
