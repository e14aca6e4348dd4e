{#
    A rule judges a day in a place if the policy is in force there and each of its parameters (number, set or bracket) has a
    row for the day. The spans are cut where any of these begins or ends, so within a span nothing changes. A rule that
    needs a parameter which nobody set has no span at all.
#}
with places as (
    select distinct
        rule,
        jurisdiction
    from {{ ref('rule_requirements') }}
),

needed as (
    select
        places.rule,
        places.jurisdiction,
        'policy' as name,
        jurisdictions.in_force_from as valid_from,
        jurisdictions.in_force_to as valid_to
    from places
    inner join {{ ref('jurisdictions') }} as jurisdictions on places.jurisdiction = jurisdictions.jurisdiction
    union all
    select
        rule,
        jurisdiction,
        'number ' || name as name,
        valid_from,
        valid_to
    from {{ ref('parameters') }}
    where division is null
    union all
    select
        rule,
        jurisdiction,
        'set ' || name as name,
        valid_from,
        valid_to
    from {{ ref('parameter_sets') }}
    union all
    select
        rule,
        jurisdiction,
        'bracket ' || name as name,
        valid_from,
        valid_to
    from {{ ref('parameter_brackets') }}
),

cuts as (
    select
        rule,
        jurisdiction,
        valid_from as cut_on
    from needed
    union
    select
        rule,
        jurisdiction,
        {{ next_day('valid_to') }} as cut_on
    from needed
    where valid_to is not null
),

spans as (
    select
        rule,
        jurisdiction,
        cut_on as valid_from,
        coalesce(
            {{ day_before('lead(cut_on) over (partition by rule, jurisdiction order by cut_on)') }},
            {{ last_day() }}
        ) as valid_to
    from cuts
),

names as (
    select
        rule,
        jurisdiction,
        count(distinct name) as names
    from needed
    group by rule, jurisdiction
),

covered as (
    select
        spans.rule,
        spans.jurisdiction,
        spans.valid_from,
        spans.valid_to,
        count(distinct needed.name) as names
    from spans
    inner join needed
        on
            spans.rule = needed.rule
            and spans.jurisdiction = needed.jurisdiction
            and {{ in_force('spans.valid_from', 'needed.valid_from', 'needed.valid_to') }}
    group by spans.rule, spans.jurisdiction, spans.valid_from, spans.valid_to
)

select
    covered.rule,
    covered.jurisdiction,
    covered.valid_from,
    covered.valid_to,
    cast(limits.value as double) as limit_value
from covered
inner join names
    on
        covered.rule = names.rule
        and covered.jurisdiction = names.jurisdiction
        and covered.names = names.names
inner join {{ ref('rules') }} as rules on covered.rule = rules.rule
left join {{ ref('parameters') }} as limits
    on
        covered.rule = limits.rule
        and covered.jurisdiction = limits.jurisdiction
        and rules.limit_parameter = limits.name
        and limits.division is null
        and {{ in_force('covered.valid_from', 'limits.valid_from', 'limits.valid_to') }}
