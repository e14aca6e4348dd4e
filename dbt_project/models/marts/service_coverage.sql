select
    jurisdiction,
    county,
    street,
    dimension,
    people,
    entitled,
    served,
    rate,
    low,
    high,
    is_hidden
from {{ ref('coverage_cells') }}
