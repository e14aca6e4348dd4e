{# Every card has every domain, also one of which nothing is known. #}
select
    slices.slice,
    slices.provider,
    slices.jurisdiction,
    domains.domain,
    domains.weight,
    domains.is_needed,
    scores.score,
    scores.sd,
    coalesce(scores.weight_scored, 0) as weight_scored,
    coalesce(scores.weight_needed, 0) as weight_needed,
    settings.total_weight_needed,
    settings.total_z,
    settings.grade_excellent,
    settings.grade_good,
    settings.grade_pass
from {{ ref('card_slices') }} as slices
inner join {{ ref('card_domains') }} as domains on slices.jurisdiction = domains.jurisdiction
inner join {{ ref('card_settings') }} as settings on slices.jurisdiction = settings.jurisdiction
left join {{ ref('card_domain_scores') }} as scores
    on
        slices.slice = scores.slice
        and slices.provider = scores.provider
        and slices.jurisdiction = scores.jurisdiction
        and domains.domain = scores.domain
