select distinct
    rule,
    jurisdiction
from {{ ref('rule_requirements') }}
