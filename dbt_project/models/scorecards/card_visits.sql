{# Every visit is looked at once here, and once more for its rating, which visit_tests does not carry. #}
with tested as (
    select
        tests.provider_number,
        tests.jurisdiction,
        tests.service_month,
        count(*) as visits,
        count(*) filter (where tests.is_public) as public_visits,
        count(*) filter (where tests.is_public and implausible.visit_id is null) as plausible_visits_k,
        {% for measure, (is_asked, passes) in visit_measures().items() %}
        count(*) filter (where {{ passes }}) as {{ measure }}_k,
        count(*) filter (where {{ is_asked }}) as {{ measure }}_n,
        {% endfor %}
        count(*) filter (where tests.is_public) as plausible_visits_n
    from {{ ref('visit_tests') }} as tests
    inner join {{ ref('card_settings') }} as settings on tests.jurisdiction = settings.jurisdiction
    left join {{ ref('card_implausible_visits') }} as implausible on tests.visit_id = implausible.visit_id
    where tests.is_judged
    group by tests.provider_number, tests.jurisdiction, tests.service_month
),

rated as (
    select
        visits.provider_id,
        visits.jurisdiction,
        visits.service_month,
        count(visits.satisfaction) as satisfied_ratings_n,
        count(*) filter (where visits.satisfaction >= settings.satisfied_rating) as satisfied_ratings_k
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('card_settings') }} as settings on visits.jurisdiction = settings.jurisdiction
    where visits.started_at >= {{ period_start() }}
    group by visits.provider_id, visits.jurisdiction, visits.service_month
)

select
    providers.id as provider,
    tested.*,
    rated.satisfied_ratings_n,
    rated.satisfied_ratings_k
from tested
inner join {{ ref('visit_numbers') }} as providers on tested.provider_number = providers.number
inner join rated
    on
        providers.id = rated.provider_id
        and tested.jurisdiction = rated.jurisdiction
        and tested.service_month = rated.service_month
