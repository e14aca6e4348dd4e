{#
    Which register a payee is looked up in depends on its kind. The kind stands in the compared value: as a condition of
    its own it would turn the join into a comparison of every payment with every row of the register.
#}
with payments as (
    select
        *,
        case when payee_kind = 'provider' then payee_id end as payee_provider_id,
        case when payee_kind = 'elder' then payee_id end as payee_elder_id
    from {{ ref('stg_payments') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
),

elders as (
    select distinct elder_id from {{ ref('reg_elder_versions') }}
),

providers as (
    select distinct provider_id from {{ ref('reg_providers') }}
)

select
    {{ columns_with_units('payments', 'payments') }}
    divisions.jurisdiction,
    greatest(payments.amount, 0) as paid_yuan,
    greatest(-payments.amount, 0) as refunded_yuan,
    case payments.payee_kind
        when 'provider' then providers.provider_id is not null
        when 'elder' then elders.elder_id is not null
    end as is_payee_registered,
    {{ evidence('payments') }}
from payments
left join divisions on payments.division_code = divisions.division_code
left join providers on payments.payee_provider_id = providers.provider_id
left join elders on payments.payee_elder_id = elders.elder_id
