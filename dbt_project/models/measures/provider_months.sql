{{ visit_months(['provider_id']) }}
