with complaints as (
    select
        contracts.contract_id,
        complaints.received_on,
        row_number() over (
            partition by contracts.contract_id order by complaints.received_on, complaints.complaint_id
        ) as place,
        threshold.value as threshold
    from {{ ref('reg_contracts') }} as contracts
    inner join {{ ref('fct_complaints') }} as complaints
        on
            contracts.provider_id = complaints.provider_id
            and contracts.jurisdiction = complaints.jurisdiction
            and complaints.received_on between contracts.starts_on and contracts.ends_on
    {{ join_parameters('C03', ['threshold'], 'complaints.jurisdiction', 'complaints.received_on') }}
    where complaints.is_upheld and complaints.target_kind = 'provider'
)

select
    contracts.contract_id,
    contracts.jurisdiction,
    contracts.starts_on,
    contracts.ends_on,
    count(complaints.place) as complaints,
    min(complaints.received_on) filter (where complaints.place >= complaints.threshold) as reached_on
from {{ ref('reg_contracts') }} as contracts
left join complaints on contracts.contract_id = complaints.contract_id
group by contracts.contract_id, contracts.jurisdiction, contracts.starts_on, contracts.ends_on
