{# A facility's payments are those of its own policy; where the facility is not known, each policy has its own row. #}
with payments as (
    select
        jurisdiction,
        coalesce(facility_id, '') as facility_id,
        programme,
        fiscal_year,
        amount_yuan
    from {{ ref('fct_payments') }}
    where jurisdiction is not null and programme is not null
),

facilities as (
    select
        facility_id,
        jurisdiction
    from {{ ref('reg_facilities') }}
)

select
    payments.jurisdiction,
    payments.facility_id,
    payments.programme,
    payments.fiscal_year,
    facilities.facility_id is not null as is_known,
    sum(payments.amount_yuan) as paid_yuan
from payments
left join facilities on payments.facility_id = facilities.facility_id
where facilities.facility_id is null or facilities.jurisdiction = payments.jurisdiction
group by
    payments.jurisdiction, payments.facility_id, payments.programme, payments.fiscal_year,
    facilities.facility_id is not null
