{#
    What the lists of the policies say of an item at a place on a day. A year has few such combinations, so the lists are
    asked here and not once for each visit. Visits under no policy ('') are judged by no rule, but a worker may be there
    instead of here: for them the members of all places count.
#}
{% set lists = {
    'is_group_service_s01': ('S01', 'group_service_items', 'group_service_places'),
    'is_group_service_s02': ('S02', 'group_service_items', 'group_service_places'),
    'is_group_service_s04': ('S04', 'group_service_items', 'group_service_places'),
} %}
with kinds as (
    select distinct
        coalesce(jurisdiction, '') as jurisdiction,
        service_item,
        service_place,
        service_date
    from {{ ref('fct_visits') }}
    where started_at >= {{ period_start() }} or ended_at > {{ period_start() }}
),

members as (
    select
        rule,
        name,
        jurisdiction,
        member,
        valid_from,
        valid_to
    from {{ ref('reg_rule_members') }}
    union all
    select
        rule,
        name,
        '' as jurisdiction,
        member,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from {{ ref('reg_rule_members') }}
    group by rule, name, member
),

-- Places whose old people some register has listed by as_of: elsewhere nobody can be called unregistered.
registers as (
    select distinct jurisdictions.jurisdiction
    from {{ ref('jurisdictions') }} as jurisdictions
    inner join (select distinct _division_key from {{ ref('stg_elders') }}) as registers
        on left(registers._division_key, length(jurisdictions.prefix)) = jurisdictions.prefix
),

-- Where a policy says nothing of credit, credit is not asked.
credit_places as (
    select distinct
        jurisdiction,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('parameter_sets') }}
    where rule = 'S15' and name = 'dishonest_credit_status'
)

select
    kinds.jurisdiction,
    kinds.service_item,
    kinds.service_place,
    kinds.service_date,
    {% for column, (rule, items, places) in lists.items() %}
    coalesce(bool_or(
        members.rule = '{{ rule }}' and (
            (members.name = '{{ items }}' and members.member = kinds.service_item)
            or (members.name = '{{ places }}' and members.member = kinds.service_place)
        )
    ), false) as {{ column }},
    {% endfor %}
    coalesce(bool_or(
        members.rule = 'S02' and members.name = 'excluded_items' and members.member = kinds.service_item
    ), false) as is_for_two_workers,
    coalesce(bool_or(
        members.rule = 'S03' and members.name = 'excluded_places' and members.member = kinds.service_place
    ), false) as is_without_travel,
    coalesce(bool_or(
        members.rule = 'S06' and members.name = 'certificate_items' and members.member = kinds.service_item
    ), false) as is_certificate_item,
    coalesce(bool_or(
        members.rule = 'S11' and members.name = 'catalogue' and members.member = kinds.service_item
    ), false) as is_in_catalogue,
    (
        kinds.service_place is null or coalesce(bool_or(
            members.rule = 'S13' and members.name = 'counted_places' and members.member = kinds.service_place
        ), false)
    ) and not coalesce(bool_or(
        members.rule = 'S13' and members.name = 'excluded_items' and members.member = kinds.service_item
    ), false) as is_at_home,
    count(registers.jurisdiction) > 0 as has_register,
    count(credit_places.jurisdiction) > 0 as is_credit_asked
from kinds
left join members
    on
        kinds.jurisdiction = members.jurisdiction
        and (kinds.service_item = members.member or kinds.service_place = members.member)
        and kinds.service_date between members.valid_from and members.valid_to
left join registers on kinds.jurisdiction = registers.jurisdiction
left join credit_places
    on
        kinds.jurisdiction = credit_places.jurisdiction
        and kinds.service_date between credit_places.valid_from and credit_places.valid_to
group by kinds.jurisdiction, kinds.service_item, kinds.service_place, kinds.service_date
