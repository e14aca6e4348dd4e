{% for family in rule_families() %}
select
    finding_id,
    role,
    source,
    row_key,
    file,
    sheet,
    line
from {{ ref('evidence_' ~ family) }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
