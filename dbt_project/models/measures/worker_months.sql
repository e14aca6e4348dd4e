{{ visit_months(['worker_id']) }}
