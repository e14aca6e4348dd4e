{# Registers come every month and seldom show a new day: each shown day is compared with the quarters once. #}
with shown as (
    select
        elder_id,
        last_verified_on,
        max(_file_date) as shown_until
    from {{ ref('stg_elders') }}
    group by elder_id, last_verified_on
),

quarters as (
    select
        period,
        starts_on,
        ends_on
    from {{ ref('reg_periods') }}
    where kind = 'quarter' and is_complete
)

select
    shown.elder_id,
    quarters.period,
    count(*) filter (where shown.last_verified_on between quarters.starts_on and quarters.ends_on) as verifications,
    bool_or(
        shown.shown_until >= quarters.ends_on
        and (shown.last_verified_on is null or shown.last_verified_on < quarters.starts_on)
    ) as is_shown_unverified
from shown
cross join quarters
group by shown.elder_id, quarters.period
