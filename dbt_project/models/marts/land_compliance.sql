select
    division_code,
    year,
    residents,
    land_m2,
    round(m2_per_resident, 4) as m2_per_resident,
    required_m2_per_resident,
    case when state in ('PASS', 'FAIL') then greatest(0, missing_m2) end as short_m2,
    state,
    jurisdiction,
    is_sum_of_counties,
    facilities,
    facilities_without_land
from {{ ref('msr_land') }}
