-- A rule that is registered for a place but yields no row of coverage there has dropped out of the models.
select
    places.rule,
    places.jurisdiction
from {{ ref('reg_rule_places') }} as places
left join {{ ref('rule_coverage') }} as coverage
    on places.rule = coverage.rule and places.jurisdiction = coverage.jurisdiction
where coverage.rule is null
