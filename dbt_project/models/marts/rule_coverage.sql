{% set counted = {
    'population': 'true',
    'passed': "result = 'PASS'",
    'failed': "result = 'FAIL' and exemption_document is null",
    'not_assessable': "result = 'NOT_ASSESSABLE'",
    'no_rule_in_force': "result = 'NO_RULE_IN_FORCE'",
    'exempted': 'exemption_document is not null',
} %}
select
    {% for name, condition in counted.items() %}
    cast(coalesce(sum(subjects) filter (where {{ condition }}), 0) as bigint) as {{ name }},
    {% endfor %}
    rule,
    jurisdiction,
    year
from {{ ref('rule_outcomes') }}
group by rule, jurisdiction, year
