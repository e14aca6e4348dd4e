select
    provider_id,
    jurisdiction,
    service_month,
    count(*) as visits,
    count(*) filter (where is_public) as public_visits
from {{ ref('fct_visits') }}
where started_at >= {{ period_start() }}
group by provider_id, jurisdiction, service_month
