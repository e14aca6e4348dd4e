"""The way of the money: its stages, what lies between them, and the rows behind each.

A stage counts what enters the place from outside once, however often it is passed on inside. Funds of the place's own level
are not handed down: they count as allocated and received from the start.
"""

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached

# The level of a fund source and of a division: 1 central, 2 provincial, 3 municipal, 4 county.
_INSIDE = """
    levels as (
        select division_code, case when division_code like '__0000' then 2 when division_code like '____00' then 3 else 4 end
            as level
        from fund_usage
        where starts_with(division_code, $prefix)
        group by division_code
        having sum(budget) + sum(allocated_in) + sum(paid) + sum(refunded) > 0
    ),
    own_sources as (
        select unnest(['central', 'provincial', 'municipal', 'county', 'lottery', 'social']) as fund_source,
            unnest([1, 2, 3, 4, 4, 4]) >= coalesce((select min(level) from levels), 0) as is_own
    ),
    entering as (
        select trace_transfers.*
        from trace_transfers
        where
            to_division in (select division_code from levels)
            and from_division not in (select division_code from levels)
            and ($year is null or fiscal_year = $year)
            and ($programme is null or programme = $programme)
    )
"""
_ASKED = "($year is null or fiscal_year = $year) and ($programme is null or programme = $programme)"


def _parameters(scope: Scope, programme: str | None) -> dict[str, object]:
    return {"prefix": scope.prefix, "year": scope.year, "programme": programme}


@cached
def programmes(reader: Reader, scope: Scope) -> list[str]:
    """Programmes with any money in scope."""
    found = ask(
        reader,
        """
        select distinct programme from fund_usage
        where programme is not null and starts_with(division_code, $prefix) and ($year is null or fiscal_year = $year)
        order by 1
        """,
        {"prefix": scope.prefix, "year": scope.year},
    )
    return found["programme"].to_list()


@cached
def settled_programmes(reader: Reader) -> list[str]:
    """Programmes that are paid by settled services: no settlement can stand behind the payments of any other."""
    return ask(reader, "select distinct programme from settlement_batches order by 1")["programme"].to_list()


@cached
def stages(reader: Reader, scope: Scope, programme: str | None) -> dict[str, float]:
    """Yuan at each stage: budget, own (budget of own level), allocated, received (both from outside), paid (less refunds),
    settled (of that with a settlement behind it), other (of that of programmes that are not settled)."""
    found = ask(
        reader,
        f"""
        with {_INSIDE}
        select
            coalesce((
                select sum(budget) from fund_usage where starts_with(division_code, $prefix) and {_ASKED}
            ), 0) as budget,
            coalesce((
                select sum(budget) from fund_usage
                where
                    starts_with(division_code, $prefix) and {_ASKED}
                    and fund_source in (select fund_source from own_sources where is_own)
            ), 0) as own,
            coalesce((select sum(allocated_amount) from entering), 0) as allocated,
            coalesce((select sum(received_amount) from entering), 0) as received,
            coalesce((
                select sum(paid - refunded) from fund_usage where starts_with(division_code, $prefix) and {_ASKED}
            ), 0) as paid,
            coalesce((
                select sum(covered) from payment_coverage where starts_with(division_code, $prefix) and {_ASKED}
            ), 0) as settled,
            coalesce((
                select sum(paid - refunded) from fund_usage
                where
                    starts_with(division_code, $prefix) and {_ASKED}
                    and (programme is null or programme not in (select distinct programme from settlement_batches))
            ), 0) as other
        """,
        _parameters(scope, programme),
    )
    return {name: float(value) for name, value in found.row(0, named=True).items()}


# Of each stage, which rows make it up, and with what sign and amount: budget lines, transfers, payments.
_LEDGER = {
    "budget": ("amount", "", ""),
    "gap_allocated": ("case when is_own then 0 else -amount end", "allocated_amount", ""),
    "allocated": ("case when is_own then amount else 0 end", "allocated_amount", ""),
    "gap_received": ("", "coalesce(received_amount, 0) - allocated_amount", ""),
    "received": ("case when is_own then amount else 0 end", "coalesce(received_amount, 0)", ""),
    "gap_paid": ("case when is_own then -amount else 0 end", "-coalesce(received_amount, 0)", "amount"),
    "paid": ("", "", "amount"),
    "other": ("", "", "case when is_other then -amount else 0 end"),
    "gap_settled": ("", "", "case when is_other then 0 else covered - amount end"),
    "settled": ("", "", "covered"),
}
STEPS = tuple(_LEDGER)


def _ledger(step: str) -> str:
    budgets, transfers, payments = _LEDGER[step]
    parts = []
    if budgets:
        parts.append(f"""
            select 'budgets' as kind, '' as id, cast(null as date) as day, division_code, programme, fund_source,
                cast({budgets} as decimal(18, 2)) as amount, '' as batch_id, '' as state, file, sheet, line
            from trace_budgets left join own_sources using (fund_source)
            where starts_with(division_code, $prefix) and {_ASKED}
        """)
    if transfers:
        parts.append(f"""
            select 'transfers' as kind, transfer_id as id, allocated_on as day, to_division as division_code, programme,
                fund_source, cast({transfers} as decimal(18, 2)) as amount, '' as batch_id, '' as state, file, sheet, line
            from entering
        """)
    if payments:
        parts.append(f"""
            select 'payments' as kind, payment_id as id, paid_on as day, division_code, programme, fund_source,
                cast({payments} as decimal(18, 2)) as amount, coalesce(batch_id, '') as batch_id, state, file, sheet, line
            from (
                select
                    *,
                    programme is null or programme not in (select distinct programme from settlement_batches) as is_other
                from payment_coverage
            )
            where starts_with(division_code, $prefix) and {_ASKED}
        """)
    return " union all ".join(parts)


@cached
def step_rows(reader: Reader, scope: Scope, programme: str | None, step: str, most: int | None) -> pl.DataFrame:
    """The rows that make up a stage or a gap, the largest first, with the number and the total of all of them. Rows that add
    nothing are left out."""
    return ask(
        reader,
        f"""
        with {_INSIDE},
        ledger as materialized (select * from ({_ledger(step)}) where amount != 0),
        total as (select count(*) as all_rows, sum(amount) as all_yuan from ledger)

        select ledger.*, total.* from ledger cross join total
        order by abs(amount) desc, kind, id, file, line
        limit $most
        """,
        {**_parameters(scope, programme), "most": most if most is not None else 1_000_000},
    )


@cached
def transfers(reader: Reader, scope: Scope, programme: str | None) -> pl.DataFrame:
    """Transfers to divisions in scope: days to receipt (or to as_of), and the limit of F02 in force on the day, if any."""
    return ask(
        reader,
        f"""
        select
            transfers.transfer_id, transfers.from_division, transfers.to_division, transfers.programme,
            transfers.fund_source, transfers.allocated_amount, transfers.allocated_on, transfers.received_amount,
            transfers.received_on,
            date_diff('day', transfers.allocated_on, coalesce(transfers.received_on, cast($as_of as date))) as days,
            cast(limits.value as double) as limit_days, limits.basis, transfers.file, transfers.sheet, transfers.line
        from trace_transfers as transfers
        left join policy_parameters as limits
            on
                limits.rule = 'F02' and limits.name = 'max_days' and limits.jurisdiction = transfers.to_jurisdiction
                and transfers.allocated_on
                    between cast(limits.valid_from as date) and coalesce(cast(limits.valid_to as date), date '9999-12-31')
        where starts_with(transfers.to_division, $prefix) and {_ASKED}
        order by days desc, transfers.transfer_id
        """,
        {**_parameters(scope, programme), "as_of": reader.publication.as_of},
    )


@cached
def batches(reader: Reader, scope: Scope, most: int) -> pl.DataFrame:
    """Batches in scope, those first in which paid and recorded differ most; the number of all is told."""
    return ask(
        reader,
        """
        with batches as materialized (
            select * from settlement_batches
            where starts_with(division_code, $prefix) and ($year is null or year(last_month) = $year)
        ),
        total as (select count(*) as all_batches from batches)

        select batches.*, total.*, provider_activity.name
        from batches
        cross join total
        left join provider_activity on batches.provider_id = provider_activity.provider_id
        order by abs(batches.paid - batches.recorded) desc, batches.batch_id
        limit $most
        """,
        {"prefix": scope.prefix, "year": scope.year, "most": most},
    )


@cached
def batch(reader: Reader, batch_id: str) -> pl.DataFrame:
    """A batch, or nothing where there is none that the reader may see."""
    return ask(
        reader,
        """
        select batches.*, provider_activity.name
        from settlement_batches as batches
        left join provider_activity on batches.provider_id = provider_activity.provider_id
        where batches.batch_id = $batch
        """,
        {"batch": batch_id},
    )


@cached
def batch_payments(reader: Reader, batch_id: str) -> pl.DataFrame:
    """The payments and refunds of a batch."""
    return ask(
        reader,
        """
        select payment_id, paid_on, division_code, fiscal_year, fund_source, amount, covered, state, file, sheet, line
        from payment_coverage
        where batch_id = $batch
        order by paid_on, payment_id
        """,
        {"batch": batch_id},
    )


@cached
def batch_states(reader: Reader, batch_id: str) -> pl.DataFrame:
    """The lines of a batch counted by what the platform says of them."""
    return ask(
        reader,
        """
        select state, count(*) as lines, sum(amount) as amount, sum(visit_amount) as visit_amount
        from settlement_lines
        where batch_id = $batch
        group by state
        order by lines desc, state
        """,
        {"batch": batch_id},
    )


@cached
def batch_lines(reader: Reader, batch_id: str, state: str | None, most: int | None) -> pl.DataFrame:
    """The lines of a batch beside their visits, those that differ first."""
    return ask(
        reader,
        """
        with asked as materialized (
            select * from settlement_lines where batch_id = $batch and ($state is null or state = $state)
        ),
        total as (select count(*) as all_rows, sum(amount) as all_yuan from asked)

        select asked.*, total.* from asked cross join total
        order by state = 'matches', line_id
        limit $most
        """,
        {"batch": batch_id, "state": state, "most": most if most is not None else 1_000_000},
    )


@cached
def findings_on(reader: Reader, subjects: tuple[str, ...], rules: tuple[str, ...]) -> pl.DataFrame:
    """Findings of some rules about some subjects."""
    return ask(
        reader,
        """
        select finding_id, rule, period, amount from findings
        where list_contains($rules, rule) and list_contains($subjects, subject)
        order by rule, period, finding_id
        """,
        {"subjects": list(subjects), "rules": list(rules)},
    )
