with given as (
    {{ scorecard_rows('scoring_settings', 'setting', ['setting', 'value']) }}
)

select
    jurisdiction,
    {{ setting_columns() }}
from given
group by jurisdiction
