{% call measured('F10') %}
    select
        months.jurisdiction,
        months.elder_id as subject,
        months.period,
        months.ends_on as judged_on,
        months.granted_points as measure,
        months.entitled_points as limit_value,
        case when not months.has_monthless_grant then months.granted_points != months.entitled_points end as fails,
        {{ yuan(rounded_quotient(
            '(months.granted_points - months.entitled_points) * 100', 'points_per_yuan.exact_value'
        )) }} as amount
    from {{ ref('msr_points_months') }} as months
    {{ join_parameters('F10', ['points_per_yuan'], 'months.jurisdiction', 'months.ends_on') }}
{% endcall %}
{% for rule, subject, test in [('F11', 'provider_id', 'is_outside'), ('F12', 'elder_id', 'is_after_death')] %}
union all
{% call measured(rule) %}
    select
        months.jurisdiction,
        months.{{ subject }} as subject,
        months.month as period,
        months.judged_on,
        months.failing_points as measure,
        null as limit_value,
        {% if rule == 'F12' %}
        case when months.has_failing then true when {{ has_ever_come('deaths') }} then false end as fails,
        {% else %}
        months.has_failing as fails,
        {% endif %}
        {{ yuan(rounded_quotient('months.failing_points * 100', 'points_per_yuan.exact_value')) }} as amount
    from (
        select
            jurisdiction,
            {{ subject }},
            month,
            coalesce(max(redeemed_on) filter (where is_judged_by_{{ rule | lower }}), max(redeemed_on)) as judged_on,
            coalesce(sum(points) filter (where {{ test }} and is_judged_by_{{ rule | lower }}), 0) as failing_points,
            bool_or({{ test }} and is_judged_by_{{ rule | lower }}) as has_failing
        from {{ ref('msr_redemptions') }}
        group by jurisdiction, {{ subject }}, month
    ) as months
    {{ join_parameters(rule, ['points_per_yuan'], 'months.jurisdiction', 'months.judged_on') }}
{% endcall %}
{% endfor %}
union all
{% call measured('F13') %}
    select
        balances.jurisdiction,
        balances.elder_id as subject,
        '' as period,
        {{ as_of() }} as judged_on,
        balances.lowest_balance as measure,
        null as limit_value,
        null as fails,
        {{ yuan(rounded_quotient('-balances.lowest_balance * 100', 'points_per_yuan.exact_value')) }} as amount
    from {{ ref('msr_points_balances') }} as balances
    {{ join_parameters('F13', ['points_per_yuan'], 'balances.jurisdiction', as_of()) }}
{% endcall %}
