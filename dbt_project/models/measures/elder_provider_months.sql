{{ visit_months(['elder_id', 'provider_id']) }}
