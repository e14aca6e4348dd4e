{# The highest price of an hour on a day of service: a county's own decision goes before that of the place. #}
with served as (
    select distinct
        jurisdiction,
        division_code,
        service_date
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} and is_public
),

prices as (
    select
        jurisdiction,
        division,
        value,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('parameters') }}
    where rule = 'Q03' and name = 'max_price'
),

tolerances as (
    select * from {{ parameter_rows('Q03', 'tolerance_yuan') }}
)

select
    served.jurisdiction,
    served.division_code,
    served.service_date,
    arg_max(prices.value, coalesce(length(prices.division), 0)) as max_price_yuan,
    max(tolerances.exact_value) as tolerance_yuan
from served
inner join prices
    on
        served.jurisdiction = prices.jurisdiction
        and served.service_date between prices.valid_from and prices.valid_to
        and (prices.division is null or left(served.division_code, length(prices.division)) = prices.division)
inner join tolerances
    on
        served.jurisdiction = tolerances.jurisdiction
        and served.service_date between tolerances.valid_from and tolerances.valid_to
group by served.jurisdiction, served.division_code, served.service_date
