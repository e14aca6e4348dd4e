{{ config(materialized='view') }}

{#
    Two reads instead of one with `or`: each condition alone lets the engine skip the parts of files that lie before the
    period.
#}
select * from {{ ref('fct_visits') }}
where started_at >= {{ period_start() }}
union all
select * from {{ ref('fct_visits') }}
where started_at < {{ period_start() }} and ended_at > {{ period_start() }}
