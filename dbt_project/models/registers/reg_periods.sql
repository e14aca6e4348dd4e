{% for kind, pattern in [('month', "strftime(starts_on, '%Y-%m')"), ('quarter', "year(starts_on) || '-Q' || quarter(starts_on)"), ('year', 'cast(year(starts_on) as varchar)')] %}
select
    '{{ kind }}' as kind,
    {{ pattern }} as period,
    starts_on,
    ends_on,
    starts_on >= {{ period_start() }} and ends_on <= {{ as_of() }} as is_complete
from (
    select
        starts_on,
        {{ span_end('starts_on', kind) }} as ends_on
    from ({{ span_starts(period_start(), as_of(), kind) }})
)
{% if not loop.last %}union all{% endif %}
{% endfor %}
