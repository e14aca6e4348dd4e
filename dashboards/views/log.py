"""记录: who used the app for what, and is what was written down whole?"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import polars as pl
import streamlit as st

from dashboards import decided
from dashboards.components import Address, View, export, headline, one_of, reset_filters, short_keys, table
from dashboards.decided import Wanted
from dashboards.places import labelled
from dashboards.queries import Scope
from dashboards.queries import log as asked
from dashboards.texts import Words
from pipelines.app_limits import app_limit
from pipelines.decisions import NotAllowed, NotWhole, Stale, Use
from pipelines.decisions.entries import ACTIONS, Action
from pipelines.decisions.schema import CHAINS

FILTERS = ("user", "action", "from", "to")
# A sheet holds some more; the number of all is told on the first one.
_ROWS_OF_A_WORKBOOK = 1_000_000
# What the calendar of the page reaches over.
_FIRST_DAY, _LAST_DAY = dt.date(2000, 1, 1), dt.date(2099, 12, 31)
_WHY = {problem.__name__ for problem in (NotAllowed, NotWhole, Stale)}


def a_day(text: str) -> dt.date | None:
    """Legal is a day as 2025-06-30."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text and _FIRST_DAY <= day <= _LAST_DAY else None


def _action(text: str) -> Action | None:
    return next((action for action in ACTIONS if action == text), None)


# ---- are the chains whole? -----------------------------------------------------------------------------------------


def _chains(view: View) -> None:
    """Both chains, gone through when the page is first seen and whenever it is asked for."""
    words = view.words
    st.subheader(words("chains"), help=words("chains_definition"))
    again = st.button(words("chains_again"), icon=":material/verified_user:", key="chains_again")
    if again or "chains" not in st.session_state:
        noted = asked.noted_heads(view.reader)
        st.session_state["chains"] = decided.check_chains(view.data, view.identity, noted)
    chains: decided.Chains = st.session_state["chains"]
    broken = {fault.chain: words.pick(fault.message_zh, fault.message_en) for fault in chains.faults}
    for chain in CHAINS:
        name, head = words(f"chain_{chain}"), chains.heads[chain]
        if chain in broken:
            st.error(words("chain_broken", name=name, why=broken[chain]), icon=":material/gpp_bad:")
        else:
            said = words("chain_whole", name=name, count=f"{head.count:,}", hash=head.hash[:12])
            st.success(said, icon=":material/verified_user:")
    st.caption(words("chains_at", at=f"{chains.at:%Y-%m-%d %H:%M}"))


# ---- who did what --------------------------------------------------------------------------------------------------


def _wanted(view: View) -> Wanted:
    """The filters of the page, kept in its address."""
    words, address = view.words, Address("log")
    first, second, third = st.columns([5, 2, 2])
    users = decided.log_users(view.data, view.identity)
    user = first.selectbox(
        words("log_user"),
        users,
        index=None,
        placeholder=words("log_all_users"),
        key=address.seed("user", one_of(users)),
    )
    days = [
        column.date_input(
            words(f"log_{name}"),
            value=None,
            min_value=_FIRST_DAY,
            max_value=_LAST_DAY,
            format="YYYY-MM-DD",
            key=address.seed(name, a_day),
        )
        for column, name in ((second, "from"), (third, "to"))
    ]
    action = st.pills(
        words("log_action"),
        ACTIONS,
        format_func=lambda one: words(f"action_{one}"),
        wrap=True,
        key=address.seed("action", _action),
    )
    for name, value in zip(FILTERS, (user, action, *days), strict=True):
        address.keep(name, value)
    return Wanted(user, action, *days)


def _detail(words: Words, name: str, value: str) -> str:
    match name:
        case "place":
            return words.named(words("place"), labelled(value))
        case "year":
            return words.named(words("period"), value)
        case "state":
            return words.named(words("decision_state"), words.decision(value))
        case "findings":
            return words.named(words("page_findings"), value)
        case "why" if value in _WHY:
            return words.named(words("log_why"), words(f"why_{value}"))
        case "action":
            return words.named(words("log_action"), words(f"action_{value}"))
        case "from" | "to":
            return words.named(words(f"log_{name}"), value)
        case _:
            return words.named(name, value)


def as_shown(words: Words, found: Sequence[Use]) -> pl.DataFrame:
    """Entries of the log in words. Who may read the log need not be one who sees whole keys of persons."""
    columns = {
        words("log_at"): [f"{use.at:%Y-%m-%d %H:%M:%S}" for use in found],
        words("log_user"): [use.user for use in found],
        words("log_action"): [words(f"action_{use.action}") for use in found],
        words("log_target"): [short_keys(use.target) for use in found],
        words("log_detail"): [
            words.joined(short_keys(_detail(words, name, value)) for name, value in use.filters.items())
            for use in found
        ],
        words("export_run"): [use.run for use in found],
    }
    shown = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return shown.with_columns(pl.Series(words("log_number"), [use.sequence for use in found], dtype=pl.Int64))


def _told(view: View, wanted: Wanted, rows: int, whole: int) -> View:
    """The view whose export names the page's filters; place and year are none of them."""
    words = view.words
    told = {
        words("log_user"): wanted.user or words("log_all_users"),
        words("log_action"): words(f"action_{wanted.action}") if wanted.action else words("log_all_actions"),
        words("log_from"): str(wanted.since or "—"),
        words("log_to"): str(wanted.until or "—"),
        words("rows_word"): f"{rows:,} / {whole:,}",
    }
    return replace(view, scope=Scope(), more=told)


def _codes(wanted: Wanted) -> dict[str, str]:
    given = {"action": wanted.action, "from": wanted.since, "to": wanted.until}
    return {name: str(value) for name, value in given.items() if value}


def _uses(view: View) -> None:
    words = view.words
    st.subheader(words("log_uses"), help=words("log_uses_definition"))
    wanted = _wanted(view)
    counts = decided.count_uses(view.data, view.identity, wanted)
    for column, action in zip(st.columns(len(ACTIONS)), ACTIONS, strict=True):
        column.metric(words(f"action_{action}"), f"{counts.get(action, 0):,}")
    whole = counts.get(wanted.action, 0) if wanted.action else sum(counts.values())
    if not whole:
        st.info(words("log_empty"))
        st.button(words("reset"), on_click=reset_filters, args=(FILTERS,), key="reset")
        return
    most = int(app_limit("rows_in_table", view.publication.as_of))
    found = decided.uses(view.data, view.identity, wanted, most)
    st.caption(words("log_shown", shown=f"{len(found):,}", all=f"{whole:,}"))
    table(view, as_shown(words, found), "log_table")
    export(
        _told(view, wanted, min(whole, _ROWS_OF_A_WORKBOOK), whole),
        lambda: as_shown(words, decided.uses(view.data, view.identity, wanted, _ROWS_OF_A_WORKBOOK)),
        "page_log",
        "log",
        action="read_log",
        codes=_codes(wanted),
    )


def show(view: View) -> None:
    """The page."""
    headline(view, "log_question")
    if not decided.may_read_log(view.identity):
        st.info(view.words("log_not_for_you"), icon=":material/lock:")
        return
    _chains(view)
    _uses(view)
