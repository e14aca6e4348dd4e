select
    totals.provider,
    totals.jurisdiction,
    totals.total,
    totals.total_low,
    totals.total_high,
    case when totals.total is not null and caps.cap_reason is not null then 'fail' else totals.grade end as grade,
    caps.cap_reason,
    totals.weight_scored,
    totals.sd,
    totals.grade as uncapped_grade,
    totals.weight_needed,
    totals.is_needed_domain_missing,
    count(*) over (partition by totals.jurisdiction) as peers,
    slices.visits,
    slices.public_visits,
    {{ period_start() }} as period_start,
    {{ as_of() }} as period_end
from {{ ref('card_totals') }} as totals
inner join {{ ref('card_slices') }} as slices
    on totals.slice = slices.slice and totals.provider = slices.provider and totals.jurisdiction = slices.jurisdiction
left join {{ ref('card_caps') }} as caps
    on totals.provider = caps.provider and totals.jurisdiction = caps.jurisdiction
where totals.slice = 'period'
