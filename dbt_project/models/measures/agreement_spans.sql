{# Where several agreements cover a day, the newest beginning counts, then the greatest number: one agreement for a day. #}
with agreements as (
    select
        agreement_id,
        elder_id,
        provider_id,
        starts_on,
        coalesce(ends_on, {{ last_day() }}) as ends_on
    from {{ ref('reg_agreements') }}
    where starts_on <= coalesce(ends_on, {{ last_day() }})
),

cuts as (
    select
        elder_id,
        provider_id,
        starts_on as cut_on
    from agreements
    union
    select
        elder_id,
        provider_id,
        {{ next_day('ends_on') }} as cut_on
    from agreements
    where ends_on < {{ last_day() }}
),

spans as (
    select
        elder_id,
        provider_id,
        cut_on as valid_from,
        coalesce(
            {{ day_before('lead(cut_on) over (partition by elder_id, provider_id order by cut_on)') }}, {{ last_day() }}
        ) as valid_to
    from cuts
),

covering as (
    select
        spans.elder_id,
        spans.provider_id,
        spans.valid_from,
        spans.valid_to,
        agreements.agreement_id,
        row_number() over (
            partition by spans.elder_id, spans.provider_id, spans.valid_from
            order by agreements.starts_on desc, agreements.agreement_id desc
        ) as place
    from spans
    inner join agreements
        on
            spans.elder_id = agreements.elder_id
            and spans.provider_id = agreements.provider_id
            and spans.valid_from between agreements.starts_on and agreements.ends_on
)

select
    covering.elder_id,
    covering.provider_id,
    covering.valid_from,
    covering.valid_to,
    covering.agreement_id,
    fixed.fixed_worker_id,
    fixed.fixed_weekdays,
    fixed.fixed_weekdays_is_complete,
    fixed.fixed_place,
    fixed.fixed_services,
    fixed.fixed_services_is_complete
from covering
inner join {{ ref('reg_agreements') }} as fixed on covering.agreement_id = fixed.agreement_id
where covering.place = 1
