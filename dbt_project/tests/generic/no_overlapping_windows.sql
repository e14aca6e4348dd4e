{# Of one key no two spans of days overlap: one day gave both PASS and FAIL once. An empty end is open. #}
{% test no_overlapping_windows(model, key, from_column, to_column) %}
with spans as (
    select
        {{ key | join(', ') }},
        {{ from_column }} as span_from,
        coalesce({{ to_column }}, {{ last_day() }}) as span_to,
        lead({{ from_column }}) over (
            partition by {{ key | join(', ') }} order by {{ from_column }}, {{ to_column }}
        ) as next_from
    from {{ model }}
)

select * from spans
where span_to < span_from or next_from <= span_to
{% endtest %}
