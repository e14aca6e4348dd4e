{{ visit_months(['elder_id'], {
    'public_visits': 'count(*) filter (where visits.is_public)',
    'public_seconds': 'cast(sum(visits.seconds) filter (where visits.is_public) as bigint)',
    'public_yuan': 'cast(sum(visits.subsidy_yuan) filter (where visits.is_public) as decimal(18, 2))',
}) }}
