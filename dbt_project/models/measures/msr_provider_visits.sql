with months as (
    select
        visits.provider_id,
        visits.jurisdiction,
        visits.service_month,
        count(*) as visits,
        count(*) filter (where visits.is_public) as public_visits,
        min({{ named_row_of('visits', ['started_at', 'visit_id', 'file', 'sheet', 'line']) }}) filter (where visits.is_public) as first_public
    from {{ ref('fct_visits') }} as visits
    where visits.started_at >= {{ period_start() }}
    group by visits.provider_id, visits.jurisdiction, visits.service_month
)

select
    provider_id,
    jurisdiction,
    service_month,
    visits,
    public_visits,
    {{ column_of_row('first_public', 'started_at') }} as first_public_started_at,
    {{ column_of_row('first_public', 'visit_id') }} as first_public_visit_id,
    {{ column_of_row('first_public', 'file') }} as first_public_file,
    {{ column_of_row('first_public', 'sheet') }} as first_public_sheet,
    {{ column_of_row('first_public', 'line') }} as first_public_line
from months
