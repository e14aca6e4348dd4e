{# The commonest length counts; of equally common ones the shorter. #}
with lengths as (
    select
        jurisdiction,
        provider_id,
        service_month,
        seconds // 60 as whole_minutes,
        count(*) as visits,
        sum(subsidy_yuan) as subsidy_yuan
    from {{ ref('visit_tests') }}
    where is_public
    group by jurisdiction, provider_id, service_month, seconds // 60
),

ordered as (
    select
        *,
        sum(visits) over (partition by jurisdiction, provider_id, service_month) as public_visits,
        row_number() over (
            partition by jurisdiction, provider_id, service_month order by visits desc, whole_minutes asc
        ) as place
    from lengths
)

select
    jurisdiction,
    provider_id,
    service_month,
    public_visits,
    whole_minutes,
    visits as commonest_visits,
    subsidy_yuan as commonest_yuan
from ordered
where place = 1
