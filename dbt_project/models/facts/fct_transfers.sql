with transfers as (
    select * from {{ ref('stg_fund_transfers') }}
),

divisions as (
    select * from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('fund_transfers', 'transfers') }}
    giving.jurisdiction as from_jurisdiction,
    receiving.jurisdiction as to_jurisdiction,
    {{ days_between('transfers.allocated_on', 'transfers.received_on') }} as days_to_receipt,
    {{ evidence('transfers') }}
from transfers
left join divisions as giving on transfers.from_division = giving.division_code
left join divisions as receiving on transfers.to_division = receiving.division_code
