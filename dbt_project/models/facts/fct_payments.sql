with payments as (
    select * from {{ ref('stg_payments') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
),

providers as (
    select provider_id from {{ ref('reg_providers') }}
),

elders as (
    select elder_id from {{ ref('reg_elder_versions') }}
    where is_newest
)

select
    {{ columns_with_units('payments', 'payments') }}
    divisions.jurisdiction,
    greatest(payments.amount, 0) as paid_yuan,
    greatest(-payments.amount, 0) as refunded_yuan,
    case
        when payments.payee_kind = 'provider' then providers.provider_id is not null
        when payments.payee_kind = 'elder' then elders.elder_id is not null
    end as is_payee_registered,
    {{ evidence('payments') }}
from payments
left join divisions on payments.division_code = divisions.division_code
left join providers on payments.payee_kind = 'provider' and payments.payee_id = providers.provider_id
left join elders on payments.payee_kind = 'elder' and payments.payee_id = elders.elder_id
