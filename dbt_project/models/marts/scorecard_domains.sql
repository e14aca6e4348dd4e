select
    provider,
    jurisdiction,
    domain,
    score,
    weight_scored,
    sd,
    weight,
    weight_needed
from {{ ref('card_domain_weights') }}
where slice = 'period'
