with all_results as (
    select
        rule,
        jurisdiction,
        result,
        subject,
        exemption_document,
        cast(case when period = '' then {{ year_of(as_of()) }} else cast(left(period, 4) as integer) end as bigint) as year
    from {{ ref('rule_results') }}
)

select
    rule,
    jurisdiction,
    year,
    count(subject) as population,
    count(*) filter (where subject is not null and result = 'PASS') as passed,
    count(*) filter (where subject is not null and result = 'FAIL' and exemption_document is null) as failed,
    count(*) filter (where subject is not null and result = 'NOT_ASSESSABLE') as not_assessable,
    count(*) filter (where subject is not null and result = 'NO_RULE_IN_FORCE') as no_rule_in_force,
    count(*) filter (where subject is not null and exemption_document is not null) as exempted
from all_results
group by rule, jurisdiction, year
