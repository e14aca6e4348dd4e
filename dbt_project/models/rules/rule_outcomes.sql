{{ config(materialized='table') }}

{# All subjects are judged once, in one pass: of most only the number is kept, of failures everything. #}
with results as (
    select
        *,
        result = 'FAIL' and subject is not null as is_failed,
        cast(case when period = '' then {{ year_of(as_of()) }} else cast(left(period, 4) as integer) end as bigint) as year
    from {{ ref('rule_results') }}
)

select
    rule,
    jurisdiction,
    result,
    year,
    {% for column in ['subject', 'period', 'judged_on', 'measure', 'limit_value', 'amount', 'exemption_document'] %}
    case when is_failed then {{ column }} end as {{ column }},
    {% endfor %}
    count(subject) as subjects
from results
group by {{ range(1, 12) | join(', ') }}
