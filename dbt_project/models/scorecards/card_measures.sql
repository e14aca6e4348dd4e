{# The weight of all measures of a domain stands beside each: half of it must be scored. #}
with measures as (
    {{ scorecard_rows('scoring_measures', 'measure', ['measure', 'domain', 'weight', 'kind', 'floor', 'target', 'min_n']) }}
)

select
    jurisdiction,
    measure,
    domain,
    kind,
    cast(weight as double) as measure_weight,
    cast(sum(weight) over (partition by jurisdiction, domain) as double) as domain_measures_weight,
    floor,
    target,
    min_n
from measures
