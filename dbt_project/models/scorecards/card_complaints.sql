select
    counts.provider,
    counts.jurisdiction,
    slices.visits,
    counts.k as complaints,
    counts.n as e,
    settings.funnel_inner_confidence,
    settings.funnel_outer_confidence,
    settings.funnel_lowest_percentile,
    settings.funnel_highest_percentile
from {{ ref('card_counts') }} as counts
inner join {{ ref('card_slices') }} as slices
    on counts.slice = slices.slice and counts.provider = slices.provider and counts.jurisdiction = slices.jurisdiction
inner join {{ ref('card_settings') }} as settings on counts.jurisdiction = settings.jurisdiction
where counts.slice = 'period' and counts.measure = 'complaints_upheld'
