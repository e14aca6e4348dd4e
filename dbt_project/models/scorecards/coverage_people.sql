{#
    The people of rule E07 whose answer is known, by place of the hukou. A person may be of several categories: 'several' is a
    group of its own, so that each dimension parts the same people and its groups sum to the same totals.
#}
with bands as (
    select
        low,
        coalesce(lead(low) over (order by low), 1000) as next_low
    from {{ ref('coverage_age_bands') }}
    where {{ in_force(as_of(), 'valid_from', 'valid_to') }}
),

people as (
    select
        results.jurisdiction,
        results.result = 'PASS' as is_served,
        elders.hukou_division,
        elders.living_arrangement,
        elders.categories,
        elders.categories_is_complete,
        {{ completed_years('elders.birth_date', as_of()) }} as age
    from {{ ref('rule_results') }} as results
    inner join {{ ref('reg_elder_versions') }} as elders on results.subject = elders.elder_id and elders.is_newest
    where results.rule = 'E07' and results.result in ('PASS', 'FAIL')
)

select
    people.jurisdiction,
    {{ county_of('people.hukou_division') }} as county,
    left(people.hukou_division, 9) as street,
    coalesce(cast(bands.low as varchar), 'unknown') as age,
    case
        when {{ list_length('people.categories') }} > 1 then 'several'
        when not people.categories_is_complete then 'unknown'
        when {{ list_length('people.categories') }} = 1 then people.categories[1]
        else 'none'
    end as category,
    coalesce(people.living_arrangement, 'unknown') as living,
    people.is_served,
    limits.value as smallest,
    count(*) as people
from people
inner join {{ ref('publication_limits') }} as limits
    on limits.limit_name = 'small_cell_threshold' and {{ in_force(as_of(), 'limits.valid_from', 'limits.valid_to') }}
left join bands on people.age >= bands.low and people.age < bands.next_low
group by all
