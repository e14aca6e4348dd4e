{# What the rules on single payments ask. The lookups go from the few rows that can match, not from every payment. #}
with payments as (
    select
        *,
        case when payee_kind = 'provider' then payee_id end as payee_provider_id,
        coalesce(facility_id, case when payee_kind = 'facility' then payee_id end) as subsidised_facility_id
    from {{ ref('fct_payments') }}
    where amount_yuan > 0 and paid_on >= {{ period_start() }} and jurisdiction is not null
),

settled as (
    select batch_id from {{ ref('msr_settlement_batches') }}
),

suspended as (
    select distinct payments.payment_id
    from payments
    inner join {{ ref('stg_sanctions') }} as sanctions
        on
            payments.payee_provider_id = sanctions.provider_id
            and {{ in_force('payments.paid_on', 'sanctions.starts_on', 'sanctions.ends_on') }}
    inner join {{ member_rows('P08', 'suspending_sanctions') }} as suspending
        on
            sanctions.kind = suspending.member
            and payments.jurisdiction = suspending.jurisdiction
            and payments.paid_on between suspending.valid_from and suspending.valid_to
),

earmarked as (
    select distinct payments.payment_id
    from payments
    inner join {{ member_rows('F03', 'allowed_purposes') }} as allowed
        on
            payments.programme = allowed.grouping
            and payments.jurisdiction = allowed.jurisdiction
            and payments.paid_on between allowed.valid_from and allowed.valid_to
    left join {{ member_rows('F03', 'unrestricted_programmes') }} as unrestricted
        on
            payments.programme = unrestricted.member
            and payments.jurisdiction = unrestricted.jurisdiction
            and payments.paid_on between unrestricted.valid_from and unrestricted.valid_to
    where unrestricted.member is null
),

subsidies as (
    select
        payments.payment_id,
        payments.paid_on,
        payments.payee_provider_id,
        payments.subsidised_facility_id
    from payments
    inner join {{ member_rows('F07', 'programmes') }} as programmes
        on
            payments.programme = programmes.member
            and payments.jurisdiction = programmes.jurisdiction
            and payments.paid_on between programmes.valid_from and programmes.valid_to
    inner join {{ member_rows('F07', 'payee_kinds') }} as payee_kinds
        on
            payments.payee_kind = payee_kinds.member
            and payments.jurisdiction = payee_kinds.jurisdiction
            and payments.paid_on between payee_kinds.valid_from and payee_kinds.valid_to
),

-- Who may have been evaluated for the subsidy: the facility goes before whoever runs it or was paid.
evaluated as (
    select
        payment_id,
        paid_on,
        'facility' as target_kind,
        subsidised_facility_id as target,
        1 as preference
    from subsidies
    where subsidised_facility_id is not null
    union all
    select
        payment_id,
        paid_on,
        'provider' as target_kind,
        payee_provider_id as target,
        2 as preference
    from subsidies
    where payee_provider_id is not null
    union all
    select
        subsidies.payment_id,
        subsidies.paid_on,
        'provider' as target_kind,
        facilities.operator_id as target,
        2 as preference
    from subsidies
    inner join {{ ref('reg_facilities') }} as facilities on subsidies.subsidised_facility_id = facilities.facility_id
    where facilities.operator_id is not null
),

evaluations as (
    select
        evaluation_id,
        evaluation_year,
        evaluated_on,
        result,
        target_kind,
        case target_kind when 'facility' then facility_id when 'provider' then provider_id end as target
    from {{ ref('stg_evaluations') }}
),

newest_evaluations as (
    select
        evaluated.payment_id,
        evaluations.evaluation_id,
        evaluations.evaluation_year,
        evaluations.result,
        row_number() over (
            partition by evaluated.payment_id
            order by evaluated.preference asc, evaluations.evaluated_on desc, evaluations.evaluation_id desc
        ) as place
    from evaluated
    inner join evaluations
        on
            evaluated.target_kind = evaluations.target_kind
            and evaluated.target = evaluations.target
            and evaluated.paid_on >= evaluations.evaluated_on
)

select
    payments.payment_id,
    payments.jurisdiction,
    payments.paid_on,
    payments.programme,
    payments.fiscal_year,
    payments.payee_kind,
    payments.payee_provider_id,
    payments.account_kind,
    payments.purpose,
    payments.batch_id,
    payments.amount_yuan,
    settled.batch_id is not null as is_settled,
    suspended.payment_id is not null as is_suspended,
    earmarked.payment_id is not null as is_earmarked,
    subsidies.payment_id is not null as needs_evaluation,
    newest_evaluations.evaluation_id,
    newest_evaluations.evaluation_year,
    newest_evaluations.result as evaluation_result,
    payments.file,
    payments.sheet,
    payments.line
from payments
left join settled on payments.batch_id = settled.batch_id
left join suspended on payments.payment_id = suspended.payment_id
left join earmarked on payments.payment_id = earmarked.payment_id
left join subsidies on payments.payment_id = subsidies.payment_id
left join newest_evaluations on payments.payment_id = newest_evaluations.payment_id and newest_evaluations.place = 1
