{# Every area once, with the figures of its row; provided room may differ only where it is 0 for want of a record. #}
with compliance as (
    select * from {{ ref('area_compliance') }}
),

traced as (
    select * from {{ ref('trace_residential_areas') }}
)

select
    compliance.residential_area_id as judged,
    traced.residential_area_id as traced
from compliance
full outer join traced on compliance.residential_area_id = traced.residential_area_id
where
    compliance.residential_area_id is null
    or traced.residential_area_id is null
    or compliance.households is distinct from traced.households
    or (traced.room_area_provided is not null and compliance.provided_m2 is distinct from traced.room_area_provided)
    or (traced.room_area_provided is null and compliance.provided_m2 > 0)
