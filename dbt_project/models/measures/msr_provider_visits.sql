with months as (
    select
        visits.provider_number,
        visits.jurisdiction,
        visits.service_month,
        count(*) as visits,
        count(*) filter (where visits.is_public) as public_visits,
        min({{ named_row_of('visits', ['started_at', 'visit_id']) }}) filter (where visits.is_public) as first_public
    from {{ ref('visit_tests') }} as visits
    where visits.started_at >= {{ period_start() }}
    group by visits.provider_number, visits.jurisdiction, visits.service_month
)

select
    providers.id as provider_id,
    months.jurisdiction,
    months.service_month,
    months.visits,
    months.public_visits,
    {{ column_of_row('months.first_public', 'started_at') }} as first_public_started_at,
    {{ column_of_row('months.first_public', 'visit_id') }} as first_public_visit_id
from months
inner join {{ ref('visit_numbers') }} as providers on months.provider_number = providers.number
