{#
    Scorecards apply a rule's test also where the rule itself does not apply: such a place takes the members that any other
    place has. Before the first day of a set and after its last the nearest members hold: a list that tells who is judged
    must not let subjects vanish; that no rule is in force on such a day is told by reg_rule_windows.
#}
with own as (
    select
        rule,
        jurisdiction,
        name,
        grouping,
        member,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('parameter_sets') }}
),

elsewhere as (
    select
        own.rule,
        jurisdictions.jurisdiction,
        own.name,
        own.grouping,
        own.member,
        min(own.valid_from) as valid_from,
        max(own.valid_to) as valid_to
    from own
    cross join {{ ref('jurisdictions') }} as jurisdictions
    left join {{ ref('reg_rule_places') }} as places
        on own.rule = places.rule and jurisdictions.jurisdiction = places.jurisdiction
    where places.rule is null
    group by own.rule, jurisdictions.jurisdiction, own.name, own.grouping, own.member
),

everywhere as (
    select * from own
    union all
    select * from elsewhere
)

select
    rule,
    jurisdiction,
    name,
    grouping,
    member,
    case
        when valid_from = min(valid_from) over (partition by rule, jurisdiction, name) then {{ first_day() }}
        else valid_from
    end as valid_from,
    case
        when valid_to = max(valid_to) over (partition by rule, jurisdiction, name) then {{ last_day() }}
        else valid_to
    end as valid_to
from everywhere
