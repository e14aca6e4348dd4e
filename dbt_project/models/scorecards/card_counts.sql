{#
    A measure that found nothing in a slice has 0 of 0; what is known only as of as_of has no quarters. Months stand by their
    first day, which may lie before a period that begins within them: of the period everything counts that was found.
#}
{% set of_visits = visit_measures().keys() | list + ['plausible_visits', 'satisfied_ratings'] %}
{% set without_quarters = ['trained_workers', 'facilities_in_order', 'disclosed_items'] %}
with counted as (
    {% for measure in of_visits %}
    select
        '{{ measure }}' as measure,
        provider,
        jurisdiction,
        service_month as day,
        {{ measure }}_k as k,
        {{ measure }}_n as n
    from {{ ref('card_visits') }}
    union all
    {% endfor %}
    select
        'lines_in_order' as measure,
        provider,
        jurisdiction,
        service_month as day,
        count(*) filter (where is_in_order) as k,
        count(*) as n
    from {{ ref('card_lines') }}
    group by provider, jurisdiction, service_month
    union all
    select
        measure,
        provider,
        jurisdiction,
        day,
        count(*) filter (where counts_in_k) as k,
        count(*) as n
    from {{ ref('card_rows') }}
    group by measure, provider, jurisdiction, day
),

summed as (
    select
        slices.slice,
        slices.provider,
        slices.jurisdiction,
        counted.measure,
        sum(counted.k) as k,
        sum(counted.n) as n
    from {{ ref('card_slices') }} as slices
    inner join counted
        on
            slices.provider = counted.provider
            and slices.jurisdiction = counted.jurisdiction
            and (
                slices.slice = 'period'
                or (slices.starts_on <= counted.day and slices.ends_on >= counted.day)
            )
    group by slices.slice, slices.provider, slices.jurisdiction, counted.measure
)

select
    slices.slice,
    slices.provider,
    slices.jurisdiction,
    measures.measure,
    measures.kind,
    measures.domain,
    measures.measure_weight,
    measures.domain_measures_weight,
    measures.floor,
    measures.target,
    measures.min_n,
    settings.interval_z,
    settings.interval_confidence,
    settings.fewest_peers,
    settings.domain_weight_needed,
    cast(coalesce(summed.k, 0) as bigint) as k,
    cast(
        case when measures.kind = 'rate' then {{ thousands('slices.visits') }} else coalesce(summed.n, 0) end as double
    ) as n
from {{ ref('card_slices') }} as slices
inner join {{ ref('card_measures') }} as measures on slices.jurisdiction = measures.jurisdiction
inner join {{ ref('card_settings') }} as settings on slices.jurisdiction = settings.jurisdiction
left join summed
    on
        slices.slice = summed.slice
        and slices.provider = summed.provider
        and slices.jurisdiction = summed.jurisdiction
        and measures.measure = summed.measure
where
    slices.slice = 'period'
    or measures.measure not in ('{{ without_quarters | join("', '") }}')
