{# Evaluations and surveys of any division count: it is the provider that is looked at, wherever. #}
with served as (
    select distinct
        visits.provider_id,
        visits.jurisdiction,
        periods.kind,
        periods.period,
        periods.starts_on,
        periods.ends_on
    from {{ ref('msr_provider_visits') }} as visits
    inner join {{ ref('reg_periods') }} as periods
        on visits.service_month between periods.starts_on and periods.ends_on and periods.is_complete
    where
        visits.public_visits > 0
        and visits.jurisdiction is not null
        and periods.kind in ('quarter', 'year')
),

evaluated as (
    select
        provider_id,
        evaluation_year,
        count(*) as evaluations
    from {{ ref('stg_evaluations') }}
    where target_kind = 'provider' and provider_id is not null
    group by provider_id, evaluation_year
),

surveyed as (
    select
        surveys.provider_id,
        quarters.period,
        count(*) as surveys
    from {{ ref('stg_satisfaction_surveys') }} as surveys
    inner join {{ ref('reg_periods') }} as quarters
        on quarters.kind = 'quarter' and surveys.surveyed_on between quarters.starts_on and quarters.ends_on
    group by surveys.provider_id, quarters.period
)

select
    served.provider_id,
    served.jurisdiction,
    served.kind,
    served.period,
    served.starts_on,
    served.ends_on,
    case when served.kind = 'year' then coalesce(evaluated.evaluations, 0) end as evaluations,
    case when served.kind = 'quarter' then coalesce(surveyed.surveys, 0) end as surveys
from served
left join evaluated
    on
        served.kind = 'year'
        and served.provider_id = evaluated.provider_id
        and {{ year_of('served.starts_on') }} = evaluated.evaluation_year
left join surveyed
    on served.provider_id = surveyed.provider_id and served.period = surveyed.period
