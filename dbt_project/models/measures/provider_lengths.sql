{# The commonest length counts; of equally common ones the shorter. #}
with lengths as (
    select
        jurisdiction,
        provider_number,
        service_month,
        seconds // 60 as whole_minutes,
        count(*) as visits,
        sum(subsidy_yuan) as subsidy_yuan
    from {{ ref('visit_tests') }}
    where is_judged and is_public
    group by jurisdiction, provider_number, service_month, seconds // 60
),

ordered as (
    select
        *,
        sum(visits) over (partition by jurisdiction, provider_number, service_month) as public_visits,
        row_number() over (
            partition by jurisdiction, provider_number, service_month order by visits desc, whole_minutes asc
        ) as place
    from lengths
)

select
    ordered.jurisdiction,
    ordered.provider_number,
    numbers.id as provider_id,
    ordered.service_month,
    ordered.public_visits,
    ordered.whole_minutes,
    ordered.visits as commonest_visits,
    ordered.subsidy_yuan as commonest_yuan
from ordered
inner join {{ ref('visit_numbers') }} as numbers on ordered.provider_number = numbers.number
where ordered.place = 1
