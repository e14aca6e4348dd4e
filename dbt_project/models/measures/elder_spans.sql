{#
    Eligibility is a matter of days: it changes with a version of the register, an assessment, a birthday, or a row of the
    policy. Between two such days it cannot change, so each span is judged once, on its first day, and visits only have to
    find their span. Codes so that 'and' is the least and 'or' the greatest: 0 no, 1 unknown, 2 yes.
#}
{% set facts = [
    'hukou_division', 'residence_division', 'birth_date', 'categories', 'categories_is_complete', 'living_arrangement',
    'ability_level', 'household_income_yuan', 'ltc_benefit',
] %}
with versions as (
    select
        elder_id,
        jurisdiction,
        valid_from,
        valid_to,
        {{ facts | join(',\n        ') }}
    from {{ ref('reg_elder_versions') }}
),

-- Registers come every month and seldom say anything new.
changes as (
    select
        *,
        lead(valid_from) over (partition by elder_id order by valid_from) as next_from
    from (
        select
            *,
            lag({{ row_of(facts) }}) over (partition by elder_id order by valid_from) as facts_before,
            row_number() over (partition by elder_id order by valid_from) as place
        from versions
    )
    where place = 1 or {{ row_of(facts) }} is distinct from facts_before
),

known as (
    select
        elder_id,
        valid_from,
        coalesce({{ day_before('next_from') }}, {{ last_day() }}) as valid_to,
        {{ facts | join(',\n        ') }}
    from changes
),

people as (
    select distinct
        elder_id,
        jurisdiction
    from versions
    where jurisdiction is not null
    union
    select
        visits.elder_id,
        visits.jurisdiction
    from (
        select distinct
            elder_id,
            jurisdiction
        from {{ ref('fct_visits') }}
        where started_at >= {{ period_start() }} and is_public and jurisdiction is not null
    ) as visits
    inner join (select distinct elder_id from versions) as registered on visits.elder_id = registered.elder_id
),

assessed as (
    select
        elder_id,
        assessed_on,
        ability_level,
        coalesce(
            {{ day_before('lead(assessed_on) over (partition by elder_id order by assessed_on)') }}, {{ last_day() }}
        ) as valid_to
    from (
        select
            elder_id,
            assessed_on,
            ability_level,
            row_number() over (partition by elder_id, assessed_on order by assessment_id desc) as place
        from {{ ref('stg_ability_assessments') }}
    )
    where place = 1
),

conditions as (
    select
        jurisdiction,
        alternative,
        fact,
        value,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('eligibility') }}
),

residences as (
    select
        jurisdiction,
        hukou_prefix,
        residence,
        valid_from,
        coalesce(valid_to, {{ last_day() }}) as valid_to
    from {{ ref('eligibility_residence') }}
),

policy_days as (
    select
        jurisdiction,
        valid_from as cut_on
    from conditions
    union
    select
        jurisdiction,
        {{ next_day('valid_to') }} as cut_on
    from conditions
    where valid_to < {{ last_day() }}
    union
    select
        jurisdiction,
        valid_from as cut_on
    from residences
    union
    select
        jurisdiction,
        {{ next_day('valid_to') }} as cut_on
    from residences
    where valid_to < {{ last_day() }}
),

cuts as (
    select
        elder_id,
        jurisdiction,
        {{ period_start() }} as cut_on
    from people
    union
    select
        people.elder_id,
        people.jurisdiction,
        known.valid_from as cut_on
    from people
    inner join known on people.elder_id = known.elder_id
    where known.valid_from > {{ period_start() }}
    union
    select
        people.elder_id,
        people.jurisdiction,
        assessed.assessed_on as cut_on
    from people
    inner join assessed on people.elder_id = assessed.elder_id
    where assessed.assessed_on > {{ period_start() }}
    union
    select
        people.elder_id,
        people.jurisdiction,
        {{ years_later('known.birth_date', 'cast(conditions.value as integer)') }} as cut_on
    from people
    inner join known on people.elder_id = known.elder_id
    inner join conditions on people.jurisdiction = conditions.jurisdiction and conditions.fact = 'age'
    where
        {{ years_later('known.birth_date', 'cast(conditions.value as integer)') }} > {{ period_start() }}
        and {{ years_later('known.birth_date', 'cast(conditions.value as integer)') }} <= {{ as_of() }}
    union
    select
        people.elder_id,
        people.jurisdiction,
        policy_days.cut_on
    from people
    inner join policy_days on people.jurisdiction = policy_days.jurisdiction
    where policy_days.cut_on > {{ period_start() }} and policy_days.cut_on <= {{ as_of() }}
),

spans as (
    select
        cuts.elder_id,
        cuts.jurisdiction,
        cuts.cut_on,
        known.hukou_division,
        known.residence_division,
        known.birth_date,
        known.categories,
        known.categories_is_complete,
        known.living_arrangement,
        known.household_income_yuan,
        known.ltc_benefit,
        coalesce(assessed.ability_level, known.ability_level) as ability_level
    from cuts
    inner join known
        on cuts.elder_id = known.elder_id and cuts.cut_on between known.valid_from and known.valid_to
    left join assessed
        on cuts.elder_id = assessed.elder_id and cuts.cut_on between assessed.assessed_on and assessed.valid_to
),

-- One answer per condition: that of the row in force; without one the answer is unknown, never yes and never no.
answers as (
    select
        spans.elder_id,
        spans.jurisdiction,
        spans.cut_on,
        conditions.alternative,
        conditions.fact,
        coalesce(max(
            case
                when not spans.cut_on between conditions.valid_from and conditions.valid_to then null
                when conditions.fact = 'age' and spans.birth_date is null then 1
                when conditions.fact = 'categories' and {{ lists_meet(
                    'spans.categories', parts_of('conditions.value', '|')
                ) }} then 2
                when conditions.fact = 'categories' and spans.categories_is_complete then 0
                when conditions.fact = 'categories' then 1
                when conditions.fact = 'ability' and grades.grade_rank is null then 1
                when conditions.fact = 'living_arrangement' and spans.living_arrangement is null then 1
                when conditions.fact = 'income' and spans.household_income_yuan is null then 1
                when
                    conditions.fact = 'age'
                    and {{ years_later('spans.birth_date', 'try_cast(conditions.value as integer)') }} <= spans.cut_on
                    then 2
                when conditions.fact = 'ability' and grades.grade_rank >= least_grades.grade_rank then 2
                when conditions.fact = 'living_arrangement' and {{ lists_meet(
                    '[spans.living_arrangement]', parts_of('conditions.value', '|')
                ) }} then 2
                when
                    conditions.fact = 'income'
                    and spans.household_income_yuan <= try_cast(conditions.value as decimal(18, 2))
                    then 2
                else 0
            end
        ), 1) as answer
    from spans
    inner join conditions on spans.jurisdiction = conditions.jurisdiction
    left join {{ ref('ability_grades') }} as grades on spans.ability_level = grades.grade
    left join {{ ref('ability_grades') }} as least_grades on conditions.value = least_grades.grade
    group by spans.elder_id, spans.jurisdiction, spans.cut_on, conditions.alternative, conditions.fact
),

alternatives as (
    select
        elder_id,
        jurisdiction,
        cut_on,
        max(answer) as answer
    from (
        select
            elder_id,
            jurisdiction,
            cut_on,
            alternative,
            min(answer) as answer
        from answers
        group by elder_id, jurisdiction, cut_on, alternative
    ) as each_alternative
    group by elder_id, jurisdiction, cut_on
),

judged as (
    select
        spans.elder_id,
        spans.jurisdiction,
        spans.cut_on,
        spans.ltc_benefit as receives_ltc,
        least(
            coalesce(alternatives.answer, 1),
            case
                when residences.hukou_prefix is null then 1
                when spans.hukou_division not like residences.hukou_prefix || '%' then 0
                when
                    residences.residence = 'same_county_as_hukou'
                    and {{ county_of('spans.hukou_division') }} != {{ county_of('spans.residence_division') }}
                    then 0
                else 2
            end
        ) as eligibility
    from spans
    left join alternatives
        on
            spans.elder_id = alternatives.elder_id
            and spans.jurisdiction = alternatives.jurisdiction
            and spans.cut_on = alternatives.cut_on
    left join residences
        on
            spans.jurisdiction = residences.jurisdiction
            and spans.cut_on between residences.valid_from and residences.valid_to
),

turns as (
    select
        *,
        lag({{ row_of(['eligibility', 'receives_ltc']) }}) over person as before,
        row_number() over person as place
    from judged
    window person as (partition by elder_id, jurisdiction order by cut_on)
)

select
    elder_id,
    jurisdiction,
    cut_on as valid_from,
    coalesce(
        {{ day_before('lead(cut_on) over (partition by elder_id, jurisdiction order by cut_on)') }}, {{ last_day() }}
    ) as valid_to,
    eligibility,
    receives_ltc
from turns
where place = 1 or {{ row_of(['eligibility', 'receives_ltc']) }} is distinct from before
