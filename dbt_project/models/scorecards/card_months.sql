with months as (
    select starts_on as month
    from {{ ref('reg_periods') }}
    where kind = 'month'
),

complaints as (
    select
        provider,
        jurisdiction,
        {{ month_start('day') }} as month,
        count(*) as complaints
    from {{ ref('card_rows') }}
    where measure = 'complaints_upheld'
    group by provider, jurisdiction, {{ month_start('day') }}
)

select
    slices.provider,
    slices.jurisdiction,
    months.month,
    cast(coalesce(visits.visits, 0) as bigint) as visits,
    cast(coalesce(complaints.complaints, 0) as bigint) as complaints,
    coalesce(complaints.complaints, 0) / {{ thousands('visits.visits') }} as rate,
    cast(coalesce(visits.satisfied_ratings_n, 0) as bigint) as ratings,
    cast(coalesce(visits.satisfied_ratings_k, 0) as bigint) as satisfied,
    case
        when visits.satisfied_ratings_n > 0 then visits.satisfied_ratings_k / cast(visits.satisfied_ratings_n as double)
    end as satisfied_share
from {{ ref('card_slices') }} as slices
cross join months
left join {{ ref('card_visits') }} as visits
    on
        slices.provider = visits.provider
        and slices.jurisdiction = visits.jurisdiction
        and months.month = visits.service_month
left join complaints
    on
        slices.provider = complaints.provider
        and slices.jurisdiction = complaints.jurisdiction
        and months.month = complaints.month
where slices.slice = 'period'
