{# No two rows share the key; empty parts of a key count as equal. #}
{% test unique_key(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as key_rows
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
