{#
    The one place in which a measure meets its limit. Measures are compared to nine places: beyond them stands the noise of
    binary fractions, far below a second or a square centimetre.
#}
{% set places = 9 %}
with measured as (
    {% for family in rule_families() %}
    select * from {{ ref('measured_' ~ family) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

judged as (
    select
        measured.rule,
        measured.jurisdiction,
        measured.subject,
        measured.period,
        measured.judged_on,
        rules.measure_places,
        measured.measure,
        coalesce(measured.limit_value, windows.limit_value, 0) as limit_value,
        measured.amount,
        case
            when windows.rule is null then 'NO_RULE_IN_FORCE'
            when rules.fails_when = 'own' and measured.fails is null then 'NOT_ASSESSABLE'
            when rules.fails_when = 'own' and measured.fails then 'FAIL'
            when rules.fails_when = 'own' then 'PASS'
            when measured.measure is null then 'NOT_ASSESSABLE'
            when
                rules.fails_when = 'above'
                and round(measured.measure, {{ places }})
                > round(coalesce(measured.limit_value, windows.limit_value, 0), {{ places }})
                then 'FAIL'
            when
                rules.fails_when = 'below'
                and round(measured.measure, {{ places }})
                < round(coalesce(measured.limit_value, windows.limit_value, 0), {{ places }})
                then 'FAIL'
            else 'PASS'
        end as result
    from measured
    inner join {{ ref('rules') }} as rules on measured.rule = rules.rule
    left join {{ ref('reg_rule_windows') }} as windows
        on
            measured.rule = windows.rule
            and measured.jurisdiction = windows.jurisdiction
            and measured.judged_on between windows.valid_from and windows.valid_to
)

select
    judged.rule,
    judged.jurisdiction,
    judged.subject,
    judged.period,
    judged.judged_on,
    case when judged.measure_places is null then judged.measure else round(judged.measure, judged.measure_places) end
        as measure,
    judged.limit_value,
    judged.amount,
    judged.result,
    exemptions.document as exemption_document
from judged
left join {{ ref('exemptions') }} as exemptions
    on
        judged.result = 'FAIL'
        and judged.rule = exemptions.rule
        and judged.jurisdiction = exemptions.jurisdiction
        and judged.subject = exemptions.subject
        and {{ in_force('judged.judged_on', 'exemptions.valid_from', 'exemptions.valid_to') }}
