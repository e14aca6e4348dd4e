{# Dates after as_of that had not come are empty in the register: a closing day that stands has passed. #}
with facilities as (
    select * from {{ ref('reg_facilities') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    facilities.*,
    divisions.division_key,
    facilities.closed_on is null
    and (facilities.opened_on is null or facilities.opened_on <= {{ as_of() }}) as is_open
from facilities
left join divisions on facilities.division_code = divisions.division_code
