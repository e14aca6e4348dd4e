{{ visit_months(['elder_id'], {
    'public_visits': 'count(*) filter (where visits.is_public)',
    'public_seconds': 'sum(visits.seconds) filter (where visits.is_public)',
    'public_yuan': 'sum(visits.subsidy_yuan) filter (where visits.is_public)',
}) }}
