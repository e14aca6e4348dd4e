{# What is in n and not in k stands in as many rows; an upheld complaint is a row of its rate. #}
with counted as (
    select
        provider,
        jurisdiction,
        measure,
        count(*) filter (where counts_in_k) as rows_in_k,
        count(*) filter (where not counts_in_k) as rows_outside
    from {{ ref('scorecard_rows') }}
    group by provider, jurisdiction, measure
)

select
    measures.provider,
    measures.jurisdiction,
    measures.measure,
    measures.k,
    measures.n,
    counted.rows_in_k,
    counted.rows_outside
from {{ ref('scorecard_measures') }} as measures
left join counted
    on
        measures.provider = counted.provider
        and measures.jurisdiction = counted.jurisdiction
        and measures.measure = counted.measure
where
    case
        when measures.kind = 'rate' then measures.k != coalesce(counted.rows_in_k, 0)
        else measures.n - measures.k != coalesce(counted.rows_outside, 0)
    end
