"""The app's door to the store of decisions: where findings stand, what is decided, the log of use, and saved views.

Whoever is asked here has passed the door of `queries`: only findings that the reader sees are ever decided on. The log is
read by those alone who may, and a user's views by the user alone.
"""

import datetime as dt
import hashlib
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from dashboards.identity import Identity, limits, may_do
from pipelines.decisions import (
    Ask,
    Attachment,
    Decision,
    DecisionProblem,
    Fault,
    Head,
    SavedView,
    Store,
    Use,
    decided_finding,
    initial_state,
    open_store,
)
from pipelines.decisions.entries import Action

_LOG = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def store(data: Path) -> Store:
    """The store of a data folder; a connection is opened by each transaction, none is kept."""
    return open_store(data)


@st.cache_data(max_entries=8, show_spinner=False)
def _states(data: Path, _head: str) -> pl.DataFrame:
    # The head of the chain changes with every decision: it is what the cache goes by.
    return store(data).states()


def states(data: Path) -> tuple[str, pl.DataFrame]:
    """Where findings with a decision stand (finding_id, state, sequence, decided_at, user), and the hash they go by."""
    head = store(data).head().hash
    return head, _states(data, head)


def history(data: Path, finding_id: str) -> list[Decision]:
    """All decisions on a finding, the oldest first."""
    return store(data).history(finding_id)


def moved(form: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a finding has another last decision than when the form was last shown: what was filled in then was meant for
    what stood there. `rows`: finding_id and sequence of what the form is about."""
    shown: dict[str, int] = st.session_state.get(f"shown.{form}", {})
    now = {row["finding_id"]: row["sequence"] for row in rows}
    st.session_state[f"shown.{form}"] = now
    return any(shown.get(finding_id, sequence) != sequence for finding_id, sequence in now.items())


def form_key(form: str, rows: Sequence[Mapping[str, Any]]) -> str:
    """A key that goes with what the form is about and where it stands: what was sent from a form as it stood before is
    never taken for this one."""
    text = "|".join(f"{row['finding_id']}:{row['sequence']}" for row in rows)
    return f"{form}.{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def decide(
    data: Path,
    identity: Identity,
    run: str,
    rows: Sequence[Mapping[str, Any]],
    state: str,
    reason: str,
    attachments: Sequence[Attachment] = (),
) -> list[Decision]:
    """Decide on findings as they were shown: rows with finding_id, rule, jurisdiction, state and sequence. Raises
    `DecisionProblem`."""
    asks = [Ask(decided_finding(dict(row), run), row["state"], row["sequence"]) for row in rows]
    return store(data).decide_many(asks, state, reason, identity.user, attachments=attachments)


def note(
    data: Path, identity: Identity, action: Action, target: str, run: str, filters: Mapping[str, str] | None = None
) -> bool:
    """Write down what somebody saw or took home; whether that could be done."""
    try:
        store(data).note_use(identity.user, action, target, run=run, filters=dict(filters or {}))
    except DecisionProblem as problem:
        _LOG.error("use was not noted: %s", problem)
        return False
    return True


def last_visit(data: Path, identity: Identity) -> tuple[str, str] | None:
    """When the user was here before this visit, and which publication was shown; None: never. Looked up once a visit."""
    if "last_visit" not in st.session_state:
        visits = [use for use in store(data).uses(identity.user, "sign_in", last=1) if use.run]
        st.session_state["last_visit"] = (visits[0].at.isoformat(), visits[0].run) if visits else None
    return st.session_state["last_visit"]


def note_visit(data: Path, identity: Identity, run: str) -> None:
    """Note that a visit has begun, once, whatever page it begins on."""
    if st.session_state.get("visit_noted") == run:
        return
    try:
        last_visit(data, identity)  # before this visit is the last one
    except DecisionProblem as problem:
        _LOG.error("the log cannot be read: %s", problem)
        return
    st.session_state["visit_noted"] = run
    note(data, identity, "sign_in", "", run)


# ---- saved views ---------------------------------------------------------------------------------------------------


def save_view(data: Path, identity: Identity, name: str, page: str, query: str, known: Collection[str]) -> SavedView:
    """Keep a page with its filters for the user. Raises `DecisionProblem`, and `PermissionError` for who may not."""
    _require(may_do(identity, "save_view"))
    return store(data).save_view(identity.user, name, page, query, known)


def saved_views(data: Path, identity: Identity) -> list[SavedView]:
    """The user's own views. Raises `DecisionProblem`."""
    return store(data).views(identity.user)


def remove_view(data: Path, identity: Identity, name: str) -> None:
    """Forget a view of the user's own. Raises `DecisionProblem`."""
    store(data).remove_view(identity.user, name)


# ---- reading the log -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Wanted:
    """Which entries of the log: by user, action, and days in UTC, both included. None: all."""

    user: str | None = None
    action: Action | None = None
    since: dt.date | None = None
    until: dt.date | None = None


@dataclass(frozen=True)
class Chains:
    """Whether both chains were whole, when that was looked at, and where they ended."""

    at: dt.datetime
    faults: tuple[Fault, ...]
    heads: Mapping[str, Head]


def _require(is_allowed: bool) -> None:
    if not is_allowed:
        raise PermissionError("no role of the user allows this")


def may_read_log(identity: Identity) -> bool:
    """Whether the log is for the user: it names what was done in all places."""
    return may_do(identity, "read_log") and limits(identity) is None


def uses(data: Path, identity: Identity, wanted: Wanted, last: int) -> list[Use]:
    """The log, the newest first. Raises `DecisionProblem`, and `PermissionError` for whom it is not."""
    _require(may_read_log(identity))
    return store(data).uses(wanted.user, wanted.action, last, wanted.since, wanted.until)


def count_uses(data: Path, identity: Identity, wanted: Wanted) -> dict[str, int]:
    """How often each action stands in the log, whatever action is wanted; as `uses`."""
    _require(may_read_log(identity))
    return store(data).count_uses(wanted.user, wanted.since, wanted.until)


def log_users(data: Path, identity: Identity) -> list[str]:
    """Who is in the log; as `uses`."""
    _require(may_read_log(identity))
    return store(data).users()


def check_chains(data: Path, identity: Identity, noted: Sequence[Head]) -> Chains:
    """Go through both chains. `noted`: heads of the decisions that publications have noted. As `uses`."""
    _require(may_read_log(identity))
    faults = tuple(store(data).verify(noted))
    return Chains(dt.datetime.now(dt.UTC), faults, {chain: store(data).head(chain) for chain in ("decisions", "uses")})


__all__ = [
    "Chains",
    "Wanted",
    "check_chains",
    "count_uses",
    "decide",
    "form_key",
    "history",
    "initial_state",
    "last_visit",
    "log_users",
    "may_read_log",
    "moved",
    "note",
    "note_visit",
    "remove_view",
    "save_view",
    "saved_views",
    "states",
    "store",
    "uses",
]
