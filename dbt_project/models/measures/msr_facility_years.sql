{#
    The bracket of a facility depends on how many kinds of service it lists. Where a kind could not be read, it may lie in
    either class: then it has surely crossed a bound only beyond the bounds of both, and surely none within both.
#}
with years as (
    select
        subsidies.jurisdiction,
        subsidies.facility_id,
        subsidies.fiscal_year,
        {{ span_end(year_start('subsidies.fiscal_year'), 'year') }} as year_ends_on,
        sum(subsidies.paid_yuan) as paid_yuan
    from {{ ref('msr_facility_subsidies') }} as subsidies
    inner join {{ member_rows('F06', 'programmes') }} as programmes
        on
            subsidies.programme = programmes.member
            and subsidies.jurisdiction = programmes.jurisdiction
            and {{ span_end(year_start('subsidies.fiscal_year'), 'year') }}
            between programmes.valid_from and programmes.valid_to
    where subsidies.fiscal_year between {{ year_of(period_start()) }} and {{ year_of(as_of()) }}
    group by subsidies.jurisdiction, subsidies.facility_id, subsidies.fiscal_year
),

facilities as (
    select
        facility_id,
        opened_on,
        closed_on,
        len(service_kinds) as kinds,
        coalesce(service_kinds_is_complete, true) as are_kinds_complete
    from {{ ref('reg_facilities') }}
),

classed as (
    select
        years.*,
        tolerance_yuan.exact_value as tolerance_yuan,
        years.year_ends_on <= {{ as_of() }}
        and coalesce(facilities.opened_on <= {{ year_start('years.fiscal_year') }}, true)
        and coalesce(facilities.closed_on > years.year_ends_on, true) as is_whole_year,
        case
            when facilities.kinds > 0 and facilities.kinds < comprehensive_min_kinds.exact_value
                then single_low.exact_value
        end as single_low,
        case
            when facilities.kinds > 0 and facilities.kinds < comprehensive_min_kinds.exact_value
                then single_high.exact_value
        end as single_high,
        case
            when
                facilities.kinds >= comprehensive_min_kinds.exact_value
                or (facilities.kinds > 0 and not facilities.are_kinds_complete)
                then comprehensive_low.exact_value
        end as comprehensive_low,
        case
            when
                facilities.kinds >= comprehensive_min_kinds.exact_value
                or (facilities.kinds > 0 and not facilities.are_kinds_complete)
                then comprehensive_high.exact_value
        end as comprehensive_high
    from years
    left join facilities on years.facility_id = facilities.facility_id
    {{ join_parameters(
        'F06',
        ['comprehensive_min_kinds', 'comprehensive_low', 'comprehensive_high', 'single_low', 'single_high', 'tolerance_yuan'],
        'years.jurisdiction',
        'years.year_ends_on'
    ) }}
),

bounded as (
    select
        *,
        least(single_low, comprehensive_low) as surely_below_yuan,
        greatest(single_high, comprehensive_high) as surely_above_yuan,
        greatest(single_low, comprehensive_low) as perhaps_below_yuan,
        least(single_high, comprehensive_high) as perhaps_above_yuan
    from classed
)

select
    jurisdiction,
    facility_id,
    fiscal_year,
    year_ends_on,
    paid_yuan,
    case
        when paid_yuan > surely_above_yuan then surely_above_yuan
        when paid_yuan < surely_below_yuan then surely_below_yuan
    end as bound_yuan,
    case
        when paid_yuan - surely_above_yuan > tolerance_yuan then true
        when surely_below_yuan - paid_yuan > tolerance_yuan then case when is_whole_year then true end
        when paid_yuan - perhaps_above_yuan <= tolerance_yuan and perhaps_below_yuan - paid_yuan <= tolerance_yuan
            then false
    end as is_outside
from bounded
