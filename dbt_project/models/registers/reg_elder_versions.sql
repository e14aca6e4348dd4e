{#
    The version on a day is the row of the newest snapshot up to it that contains the elder, else of the oldest: so the
    first version is valid from the beginning and the last without end.
#}
with versions as (
    select
        *,
        lead(_file_date) over elder as next_version_on,
        lag(_file_date) over elder as earlier_version_on,
        last_value(exited_on) over (
            partition by elder_id order by _file_date rows between unbounded preceding and unbounded following
        ) as latest_exited_on
    from {{ ref('stg_elders') }}
    window elder as (partition by elder_id order by _file_date)
),

standing as (
    select key_1 as elder_id
    from {{ ref('standing_keys') }}
    where source = 'elders'
),

divisions as (
    select
        division_code,
        jurisdiction
    from {{ ref('reg_divisions') }}
)

select
    {{ columns_with_units('elders', 'versions') }}
    hukou.jurisdiction,
    residence.jurisdiction as residence_jurisdiction,
    case when versions.earlier_version_on is null then {{ first_day() }} else versions._file_date end as valid_from,
    coalesce({{ day_before('versions.next_version_on') }}, {{ last_day() }}) as valid_to,
    versions.next_version_on is null as is_newest,
    versions.latest_exited_on,
    standing.elder_id is not null as on_register,
    versions._file_date as version_on,
    versions._file as file,
    versions._sheet as sheet,
    versions._line as line
from versions
left join standing on versions.elder_id = standing.elder_id
left join divisions as hukou on versions.hukou_division = hukou.division_code
left join divisions as residence on versions.residence_division = residence.division_code
