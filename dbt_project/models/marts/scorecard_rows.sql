{#
    Of visits and settlement lines the rows that are in n and not in k: those that pass are too many to publish, and are what
    remains. A rating below satisfied is such a row too.
#}
with failing as (
    {% for measure, (is_asked, passes) in visit_measures().items() %}
    select
        '{{ measure }}' as measure,
        tests.visit_id
    from {{ ref('visit_tests') }} as tests
    inner join {{ ref('card_settings') }} as settings on tests.jurisdiction = settings.jurisdiction
    where tests.is_judged and {{ is_asked }} and not coalesce({{ passes }}, false)
    union all
    {% endfor %}
    select
        'plausible_visits' as measure,
        tests.visit_id
    from {{ ref('visit_tests') }} as tests
    inner join {{ ref('card_implausible_visits') }} as implausible on tests.visit_id = implausible.visit_id
    inner join {{ ref('card_settings') }} as settings on tests.jurisdiction = settings.jurisdiction
    where tests.is_judged and tests.is_public
),

visits as (
    select
        failing.measure,
        visits.provider_id as provider,
        visits.jurisdiction,
        visits.service_date as day,
        visits.visit_id,
        visits.file,
        visits.sheet,
        visits.line
    from failing
    inner join {{ ref('fct_visits') }} as visits on failing.visit_id = visits.visit_id
    union all
    select
        'satisfied_ratings' as measure,
        visits.provider_id as provider,
        visits.jurisdiction,
        visits.service_date as day,
        visits.visit_id,
        visits.file,
        visits.sheet,
        visits.line
    from {{ ref('fct_visits') }} as visits
    inner join {{ ref('card_settings') }} as settings on visits.jurisdiction = settings.jurisdiction
    where visits.started_at >= {{ period_start() }} and visits.satisfaction < settings.satisfied_rating
),

cards as (
    select
        provider,
        jurisdiction
    from {{ ref('card_slices') }}
    where slice = 'period'
)

select
    provider,
    jurisdiction,
    measure,
    day,
    counts_in_k,
    source,
    row_key,
    file,
    sheet,
    line
from {{ ref('card_rows') }}
union all
select
    provider,
    jurisdiction,
    measure,
    day,
    false as counts_in_k,
    'visits' as source,
    visit_id as row_key,
    file,
    sheet,
    line
from visits
union all
select
    lines.provider,
    lines.jurisdiction,
    'lines_in_order' as measure,
    lines.service_month as day,
    false as counts_in_k,
    'settlement_lines' as source,
    lines.line_id as row_key,
    places.file,
    places.sheet,
    places.line
from {{ ref('card_lines') }} as lines
inner join {{ ref('fct_settlement_lines') }} as places on lines.line_id = places.line_id
inner join cards on lines.provider = cards.provider and lines.jurisdiction = cards.jurisdiction
where not lines.is_in_order
