{# What fails is little: measures, amounts and evidence are taken from here and not from all visits. #}
{% for rule, columns in visit_rules().items() %}
select
    '{{ rule }}' as rule,
    visits.jurisdiction,
    visits.{{ columns | join(" || '|' || visits.") }} as subject,
    visits.service_month,
    visits.service_date,
    visits.visit_id,
    visits.elder_id,
    visits.worker_id,
    visits.provider_id,
    visits.agreement_id,
    visits.subsidy_yuan,
    visits.above_price
from {{ ref('visit_tests') }} as visits
inner join {{ ref('rule_days') }} as days
    on visits.jurisdiction = days.jurisdiction and visits.service_date = days.day
inner join {{ ref('reg_rule_places') }} as places
    on visits.jurisdiction = places.jurisdiction and places.rule = '{{ rule }}'
where visits.{{ rule }} = {{ answer('fails') }} and days.{{ rule }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
