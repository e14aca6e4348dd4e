{% call measured('C01') %}
    select
        jurisdiction,
        worker_id as subject,
        {{ day_text('coalesce(reached_on, last_complaint_on)') }} as period,
        coalesce(reached_on, last_complaint_on) as judged_on,
        complaints as measure,
        null as limit_value,
        reached_on is not null as fails,
        null as amount
    from {{ ref('msr_worker_complaints') }}
{% endcall %}
union all
{% call measured('C02') %}
    select
        jurisdiction,
        worker_id as subject,
        {{ day_text('reached_on') }} as period,
        reached_on as judged_on,
        visits_after as measure,
        null as limit_value,
        null as fails,
        visits_after_yuan as amount
    from {{ ref('msr_workers_still_serving') }}
{% endcall %}
union all
{% call measured('C03') %}
    select
        jurisdiction,
        contract_id as subject,
        {{ day_text('coalesce(reached_on, ' ~ as_of() ~ ')') }} as period,
        coalesce(reached_on, {{ as_of() }}) as judged_on,
        complaints as measure,
        null as limit_value,
        reached_on is not null as fails,
        null as amount
    from {{ ref('msr_contract_complaints') }}
    where
        starts_on <= {{ as_of() }}
        and ends_on >= {{ period_start() }}
        and (reached_on is null or reached_on >= {{ period_start() }})
{% endcall %}
union all
{% call measured('C04') %}
    select
        complaints.jurisdiction,
        complaints.complaint_id as subject,
        {{ day_text('complaints.closed_on') }} as period,
        complaints.closed_on as judged_on,
        {{ days_between('complaints.closed_on', as_of()) }} as measure,
        null as limit_value,
        complaints.replied_on is null as fails,
        null as amount
    from {{ ref('fct_complaints') }} as complaints
    left join {{ member_rows('C04', 'excluded_sources') }} as excluded
        on
            complaints.jurisdiction = excluded.jurisdiction
            and complaints.source = excluded.member
            and complaints.closed_on between excluded.valid_from and excluded.valid_to
    {{ join_parameters('C04', ['max_days'], 'complaints.jurisdiction', 'complaints.closed_on') }}
    where
        complaints.closed_on >= {{ period_start() }}
        and coalesce({{ days_between('complaints.closed_on', as_of()) }} > max_days.value, true)
        and excluded.member is null
{% endcall %}
union all
{% call measured('C05') %}
    select
        jurisdiction,
        complaint_id as subject,
        {{ day_text('received_on') }} as period,
        received_on as judged_on,
        coalesce(days_to_close, {{ days_between('received_on', as_of()) }}) as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('fct_complaints') }}
    where received_on >= {{ period_start() }}
{% endcall %}
union all
{% call measured('C06') %}
    select
        complaints.jurisdiction,
        complaints.complaint_id as subject,
        {{ day_text('complaints.received_on') }} as period,
        complaints.received_on as judged_on,
        case
            when complaints.is_upheld then 1
            when complaints.verdict = 'not_upheld' then 0
        end as measure,
        null as limit_value,
        null as fails,
        null as amount
    from {{ ref('fct_complaints') }} as complaints
    inner join {{ member_rows('C06', 'categories') }} as categories
        on
            complaints.jurisdiction = categories.jurisdiction
            and complaints.category = categories.member
            and complaints.received_on between categories.valid_from and categories.valid_to
    where complaints.received_on >= {{ period_start() }}
{% endcall %}
