select
    provider,
    jurisdiction,
    month,
    visits,
    complaints,
    rate,
    rate_centre,
    rate_low,
    rate_high,
    ratings,
    satisfied,
    satisfied_share,
    share_centre,
    share_low,
    share_high
from {{ ref('card_series') }}
