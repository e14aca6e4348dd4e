"""Findings: the queue, its counts, and the coverage of rules in four states."""

from dataclasses import dataclass
from typing import Any, Literal

import polars as pl

from dashboards.queries.base import Reader, Scope, ask, cached, in_scope

Order = Literal["yuan", "kind", "oldest", "newest"]
STATES = ("FAIL", "NOT_ASSESSABLE", "PASS", "NO_RULE_IN_FORCE")


@dataclass(frozen=True)
class Wanted:
    """Which findings are asked for; None or nothing: all."""

    scope: Scope
    rule: str | None = None
    kind: str | None = None
    states: tuple[str, ...] = ()
    yuan_from: float | None = None
    order: Order = "yuan"


_ORDERS: dict[Order, str] = {
    "yuan": "amount desc nulls last, finding_id",
    "kind": "kind, amount desc nulls last, finding_id",
    "oldest": "first_seen_on, judged_on, finding_id",
    "newest": "first_seen_on desc, amount desc nulls last, finding_id",
}

# Where a finding lies is asked only where a place is.
_PLACE = f"($prefix = '' or finding_id in (select finding_id from finding_places where {in_scope()}))"
_ASKED = f"""
    with asked as (
        select
            findings.*,
            coalesce(decided.state, $initial) as state,
            coalesce(decided.sequence, 0) as sequence
        from findings
        left join decided using (finding_id)
        where
            {_PLACE}
            and ($year is null or year(judged_on) = $year)
            and ($rule is null or rule = $rule)
            and ($kind is null or kind = $kind)
            and ($yuan_from is null or amount >= $yuan_from)
    )
"""


def _parameters(wanted: Wanted, initial: str) -> dict[str, Any]:
    return {
        "prefix": wanted.scope.prefix,
        "year": wanted.scope.year,
        "rule": wanted.rule,
        "kind": wanted.kind,
        "yuan_from": wanted.yuan_from,
        "initial": initial,
    }


def _decided(states: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {"decided": states.select("finding_id", "state", "sequence")}


@cached
def queue(
    reader: Reader,
    wanted: Wanted,
    initial: str,
    head: str,  # noqa: ARG001 - part of the cache's key in place of the states themselves
    _states: pl.DataFrame,
    start: int = 0,
    most: int = 200,
) -> pl.DataFrame:
    """Findings from a place in the order, at most so many: with their state, the number of their last decision, the
    divisions in which they lie, and how many there are in all. `head`: what `_states` go by."""
    return ask(
        reader,
        f"""
        {_ASKED},

        matching as (
            select *
            from asked
            where len($states::varchar[]) = 0 or list_contains($states::varchar[], state)
        ),

        -- A window before a limit made the engine fail now and then: the number is asked for by itself.
        page as (
            select *, (select count(*) from matching) as all_findings
            from matching
            order by {_ORDERS[wanted.order]}
            limit $most offset $start
        )

        select page.*, places.divisions
        from page
        left join (
            select finding_id, list(division_code order by division_code) as divisions
            from finding_places
            where finding_id in (select finding_id from page)
            group by finding_id
        ) as places using (finding_id)
        order by {_ORDERS[wanted.order]}
        """,
        {**_parameters(wanted, initial), "states": list(wanted.states), "most": most, "start": start},
        _decided(_states),
    )


@cached
def counts(
    reader: Reader,
    wanted: Wanted,
    initial: str,
    head: str,  # noqa: ARG001 - as above
    _states: pl.DataFrame,
) -> pl.DataFrame:
    """Findings and their yuan by state of decision, whatever states are asked for."""
    return ask(
        reader,
        f"""
        {_ASKED}
        select state, count(*) as findings, sum(amount) as yuan
        from asked
        group by state
        """,
        _parameters(wanted, initial),
        _decided(_states),
    )


@cached
def rules_found(reader: Reader) -> pl.DataFrame:
    """The rules that have findings, with how many, and the unit of what they measure."""
    return ask(
        reader,
        """
        select rule, name_zh, name_en, measure_unit, count(*) as findings
        from findings
        inner join policy_rules using (rule)
        group by all
        order by rule
        """,
    )


@cached
def coverage(reader: Reader, scope: Scope, rule: str | None = None, kind: str | None = None) -> pl.DataFrame:
    """How many subjects each rule judged, in four states, and exempted ones. Counted by the place of a policy: a smaller
    place has the counts of the policy that applies there."""
    return ask(
        reader,
        """
        select
            rule,
            rules.name_zh,
            rules.name_en,
            rules.kind,
            sum(failed) as failed,
            sum(not_assessable) as not_assessable,
            sum(passed) as passed,
            sum(no_rule_in_force) as no_rule_in_force,
            sum(exempted) as exempted
        from rule_coverage
        inner join policy_rules as rules using (rule)
        inner join policy_jurisdictions as places using (jurisdiction)
        where
            (starts_with(places.prefix, $prefix) or starts_with($prefix, places.prefix))
            and ($year is null or year = $year)
            and ($rule is null or rule = $rule)
            and ($kind is null or rules.kind = $kind)
        group by all
        order by rule
        """,
        {"prefix": scope.prefix, "year": scope.year, "rule": rule, "kind": kind},
    )
