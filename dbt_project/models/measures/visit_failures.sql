{# What fails is little: measures, amounts and evidence are taken from here and not from all visits. #}
with failures as (
    {% for rule in visit_rules() %}
    select
        '{{ rule }}' as rule,
        visits.visit_id,
        visits.jurisdiction,
        visits.service_month,
        visits.service_date,
        visits.elder_number,
        visits.worker_number,
        visits.provider_number,
        visits.agreement_id,
        visits.subsidy_yuan,
        visits.above_price
    from {{ ref('visit_tests') }} as visits
    inner join {{ ref('rule_days') }} as days
        on visits.jurisdiction = days.jurisdiction and visits.service_date = days.day
    inner join {{ ref('reg_rule_places') }} as places
        on visits.jurisdiction = places.jurisdiction and places.rule = '{{ rule }}'
    where visits.is_judged and visits.{{ rule }} = {{ answer('fails') }} and days.{{ rule }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

named as (
    select
        failures.*,
        elders.id as elder_id,
        workers.id as worker_id,
        providers.id as provider_id
    from failures
    inner join {{ ref('visit_numbers') }} as elders on failures.elder_number = elders.number
    inner join {{ ref('visit_numbers') }} as workers on failures.worker_number = workers.number
    inner join {{ ref('visit_numbers') }} as providers on failures.provider_number = providers.number
)

select
    rule,
    visit_id,
    jurisdiction,
    service_month,
    service_date,
    elder_id,
    worker_id,
    provider_id,
    agreement_id,
    subsidy_yuan,
    above_price,
    case rule
        {% for rule, columns in visit_rules().items() %}
        when '{{ rule }}' then {{ columns | join(" || '|' || ") }}
        {% endfor %}
    end as subject
from named
