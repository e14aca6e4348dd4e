with given as (
    {{ scorecard_rows('scoring_settings', 'setting', ['setting', 'value']) }}
)

select
    jurisdiction,
    {% for setting in scorecard_settings() %}
    max(case when setting = '{{ setting }}' then value end) as {{ setting }}{{ ',' if not loop.last }}
    {% endfor %}
from given
group by jurisdiction
