{{ config(materialized='view') }}

{# Facts are those of the version on the period's last day; the day of exit is that of the newest version. #}
select
    periods.kind,
    periods.period,
    periods.starts_on,
    periods.ends_on,
    versions.elder_id,
    versions.jurisdiction,
    versions.residence_jurisdiction,
    versions.birth_date,
    versions.living_arrangement,
    versions.chronic_conditions,
    versions.chronic_conditions_is_complete,
    versions.file,
    versions.sheet,
    versions.line
from {{ ref('reg_elder_versions') }} as versions
inner join {{ ref('reg_periods') }} as periods
    on
        periods.is_complete
        and periods.ends_on between versions.valid_from and versions.valid_to
        and versions.registered_on < periods.starts_on
left join {{ ref('reg_people_ends') }} as people on versions.elder_id = people.elder_id
where
    (people.died_on is null or people.died_on > periods.ends_on)
    and (people.exited_on is null or people.exited_on > periods.ends_on)
