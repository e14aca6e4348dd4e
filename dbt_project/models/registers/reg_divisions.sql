{# The policy with the longest prefix wins, should one place lie within another. #}
with codes as (
    select division_code from {{ ref('division_codes') }}
),

policies as (
    select
        jurisdiction,
        prefix
    from {{ ref('jurisdictions') }}
),

matched as (
    select
        codes.division_code,
        policies.jurisdiction,
        row_number() over (partition by codes.division_code order by length(policies.prefix) desc) as place
    from codes
    left join policies on left(codes.division_code, length(policies.prefix)) = policies.prefix
)

select
    division_code,
    {{ trimmed_division('division_code') }} as division_key,
    {{ county_of('division_code') }} as county_code,
    jurisdiction
from matched
where place = 1
