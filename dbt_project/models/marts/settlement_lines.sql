{#
    A view: it is as long as the settlements and is computed once, when it is published. Its first column is the batch, so
    that the rows of a batch lie together in the file and a reader of one batch skips the rest.
#}
{{ config(materialized='view') }}

with lines as (
    select * from {{ ref('fct_settlement_lines') }}
),

compared as (
    select
        line_id,
        has_visit,
        is_off_platform,
        differs
    from {{ ref('msr_settlement_lines') }}
),

repeated as (
    select visit_id from {{ ref('visits_settled_again') }}
),

visits as (
    select
        visit_id,
        provider_id,
        service_date,
        service_item,
        minutes,
        subsidy_amount_yuan,
        file,
        sheet,
        line
    from {{ ref('fct_visits') }}
)

select
    lines.batch_id,
    lines.line_id,
    lines.programme,
    lines.division_code,
    lines.provider_id,
    lines.visit_id,
    lines.service_month,
    lines.hours,
    lines.amount_yuan as amount,
    case
        when compared.is_off_platform then 'not_on_platform'
        when not compared.has_visit then 'visit_after_as_of'
        when compared.differs then 'differs'
        when repeated.visit_id is not null then 'settled_again'
        else 'matches'
    end as state,
    repeated.visit_id is not null as is_settled_again,
    visits.provider_id as visit_provider_id,
    visits.service_date as visit_on,
    visits.service_item as visit_item,
    visits.minutes / 60 as visit_hours,
    visits.subsidy_amount_yuan as visit_amount,
    lines.file,
    lines.sheet,
    lines.line,
    visits.file as visit_file,
    visits.sheet as visit_sheet,
    visits.line as visit_line
from lines
inner join compared on lines.line_id = compared.line_id
left join visits on lines.visit_id = visits.visit_id
left join repeated on lines.visit_id = repeated.visit_id
