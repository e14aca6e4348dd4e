{# Together the providers made every visit of the period, once. #}
with activity as (
    select
        coalesce(sum(visits), 0) as visits,
        coalesce(sum(subsidy_yuan), 0) as subsidy_yuan
    from {{ ref('provider_activity') }}
),

counted as (
    select
        count(*) as visits,
        coalesce(sum(subsidy_amount_yuan), 0) as subsidy_yuan
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }}
)

select
    activity.visits,
    counted.visits as counted_visits
from activity
cross join counted
where activity.visits != counted.visits or activity.subsidy_yuan != counted.subsidy_yuan
