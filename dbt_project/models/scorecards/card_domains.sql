with needed as (
    {{ scorecard_rows('scoring_sets', 'name', ['name', 'member']) }}
),

domains as (
    {{ scorecard_rows('scoring_domains', 'domain', ['domain', 'weight']) }}
)

select
    domains.jurisdiction,
    domains.domain,
    cast(domains.weight as double) as weight,
    needed.member is not null as is_needed
from domains
left join needed
    on
        needed.name = 'needed_domains'
        and domains.jurisdiction = needed.jurisdiction
        and domains.domain = needed.member
