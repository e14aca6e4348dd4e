{# Visits of any place count: who is served elsewhere is served. #}
with places as (
    select
        jurisdiction,
        value as lookback_months,
        {{ months_before(month_start(as_of()), 'value') }} as starts_on
    from {{ parameter_rows('E07', 'lookback_months') }}
    where {{ as_of() }} between valid_from and valid_to
),

served as (
    select distinct
        elder_id,
        service_month
    from {{ ref('fct_visits') }}
    where
        is_public
        and started_at >= (select min(starts_on) from places)
        and started_at < {{ month_start(as_of()) }}
)

select
    places.jurisdiction,
    served.elder_id,
    count(*) as served_months
from places
inner join served on places.starts_on <= served.service_month
group by places.jurisdiction, served.elder_id
