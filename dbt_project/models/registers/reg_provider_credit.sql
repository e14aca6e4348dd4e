{# Unlike an elder's, a provider's version reaches back to no day before its snapshot: what nobody sent is unknown. #}
select
    provider_id,
    credit_status,
    _file_date as valid_from,
    coalesce(
        {{ day_before('lead(_file_date) over (partition by provider_id order by _file_date)') }}, {{ last_day() }}
    ) as valid_to,
    _file as file,
    _sheet as sheet,
    _line as line
from {{ ref('stg_providers') }}
