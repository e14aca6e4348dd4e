select
    provider,
    jurisdiction,
    visits,
    complaints,
    rate,
    target,
    low95,
    high95,
    low998,
    high998,
    phi,
    position
from {{ ref('card_funnel') }}
