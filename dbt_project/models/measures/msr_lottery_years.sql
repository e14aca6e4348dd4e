{# Without a tolerance the share is compared as cents against cents: a quotient could round a missing cent away. #}
with funds as (
    select
        funds.division_code,
        funds.fiscal_year,
        divisions.jurisdiction,
        funds.amount,
        counted.member is not null as is_counted,
        {{ span_end(year_start('funds.fiscal_year'), 'year') }} as year_ends_on
    from {{ ref('stg_lottery_funds') }} as funds
    inner join {{ ref('reg_divisions') }} as divisions on funds.division_code = divisions.division_code
    left join {{ member_rows('F05', 'counted_uses') }} as counted
        on
            funds.use = counted.member
            and divisions.jurisdiction = counted.jurisdiction
            and {{ span_end(year_start('funds.fiscal_year'), 'year') }} between counted.valid_from and counted.valid_to
    where funds.fiscal_year between {{ year_of(period_start()) }} and {{ year_of(as_of()) }}
),

years as (
    select
        division_code,
        fiscal_year,
        jurisdiction,
        year_ends_on,
        sum(amount) as total_yuan,
        coalesce(sum(amount) filter (where is_counted), 0) as counted_yuan
    from funds
    group by division_code, fiscal_year, jurisdiction, year_ends_on
)

select
    years.division_code,
    years.fiscal_year,
    years.jurisdiction,
    years.year_ends_on,
    years.total_yuan,
    years.counted_yuan,
    min_share.exact_value * years.total_yuan - years.counted_yuan as missing_yuan
from years
{{ join_parameters('F05', ['min_share'], 'years.jurisdiction', 'years.year_ends_on') }}
