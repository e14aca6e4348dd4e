{{ visit_months(['worker_id', 'provider_id']) }}
