{#
    Scorecards apply a rule's test also where the rule itself does not apply: such a place takes the members that any other
    place has.
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
)

select * from own
union all
select * from elsewhere
