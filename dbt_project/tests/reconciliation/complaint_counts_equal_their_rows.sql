with entries as (
    select
        division_code,
        month,
        target_kind,
        category,
        received,
        upheld,
        partly_upheld,
        not_upheld,
        pending,
        closed,
        replied
    from {{ ref('complaint_counts') }}
    union all
    select
        division_code,
        month,
        target_kind,
        category,
        -1 as received,
        case when verdict = 'upheld' then -1 else 0 end as upheld,
        case when verdict = 'partly_upheld' then -1 else 0 end as partly_upheld,
        case when verdict = 'not_upheld' then -1 else 0 end as not_upheld,
        case when verdict is null or verdict = 'pending' then -1 else 0 end as pending,
        case when closed_on is not null then -1 else 0 end as closed,
        case when replied_on is not null then -1 else 0 end as replied
    from {{ ref('trace_complaints') }}
),

left_over as (
    select
        division_code,
        month,
        target_kind,
        category,
        sum(received) as received,
        sum(upheld) as upheld,
        sum(partly_upheld) as partly_upheld,
        sum(not_upheld) as not_upheld,
        sum(pending) as pending,
        sum(closed) as closed,
        sum(replied) as replied
    from entries
    group by division_code, month, target_kind, category
)

select * from left_over
where
    received != 0
    or upheld != 0
    or partly_upheld != 0
    or not_upheld != 0
    or pending != 0
    or closed != 0
    or replied != 0
