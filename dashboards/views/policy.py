"""政策条款: which requirement is watched, and how?"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import Address, View, export, headline, link, nothing, one_of, table
from dashboards.queries import policy as asked

STATES = ("rule", "entitlement", "indicator", "reference", "not_computable")
_ICONS = {"rule": "●", "entitlement": "◐", "indicator": "▲", "reference": "○", "not_computable": "？"}
FILTERS = ("document", "state", "rule", "text")


def state_words(view: View, state: str) -> str:
    """How a requirement is watched: icon and word."""
    return f"{_ICONS.get(state, '')} {view.words.policy('state', state)}"


def _titles(view: View, found: pl.DataFrame) -> dict[str, str]:
    """What documents are called, by their place: one document is the policy of one place."""
    rows = found.unique("jurisdiction", maintain_order=True).iter_rows(named=True)
    return {
        row["jurisdiction"]: f"{view.words.jurisdiction(row['jurisdiction'])} · "
        f"{view.words.pick(row['document_zh'], row['document_en'])}"
        for row in rows
    }


def _filtered(view: View, found: pl.DataFrame) -> pl.DataFrame:
    words, address, titles = view.words, Address("policy"), _titles(view, found)
    first, second = st.columns([5, 4])
    document = first.selectbox(
        words("document"),
        list(titles),
        index=None,
        format_func=titles.__getitem__,
        placeholder=words("all_documents"),
        key=address.seed("document", one_of(titles)),
    )
    text = second.text_input(
        words("search_policy"), key=address.seed("text", lambda raw: raw[:60]), placeholder=words("search_policy_hint")
    )
    state = st.pills(
        words("watched_how"),
        STATES,
        format_func=lambda code: state_words(view, code),
        key=address.seed("state", one_of(STATES)),
    )
    for name, value in (("document", document), ("state", state), ("text", text)):
        address.keep(name, value)
    rule = st.query_params.get("rule")
    if document:
        found = found.filter(pl.col("jurisdiction") == document)
    if state:
        found = found.filter(pl.col("state") == state)
    if rule:
        found = found.filter(pl.col("rules").list.contains(rule))
    if text:
        searched = pl.concat_str("article", "quote_zh", "title_zh", "title_en", "requirement", separator=" ")
        found = found.filter(searched.str.to_lowercase().str.contains(text.lower(), literal=True))
    return found


def _shown(view: View, found: pl.DataFrame, *, in_full: bool = False) -> pl.DataFrame:
    words, language = view.words, view.words.language
    columns = [
        pl.Series(words("place"), [words.jurisdiction(one) for one in found["jurisdiction"]], dtype=pl.String),
        pl.col("article").alias(words("article")),
        pl.col(f"title_{language}").alias(words("requirement")),
        pl.Series(words("watched_how"), [state_words(view, one) for one in found["state"]], dtype=pl.String),
        pl.Series(words("rules"), [words.joined(one) for one in found["rules"].to_list()], dtype=pl.String),
        *([pl.col("findings").alias(words("page_findings"))] if "findings" in view.pages else []),
        pl.col(f"reason_{language}").alias(words("why_so")),
        pl.col(f"data_needed_{language}").alias(words("data_needed")),
    ]
    if in_full:
        columns += [
            pl.col(f"document_{language}").alias(words("document")),
            pl.col("number").alias(words("document_number")),
            pl.col("quote_zh").alias(words("quotation")),
            pl.col("requirement").alias(words("requirement_code")),
        ]
    return found.select(columns)


def _one(view: View, row: Mapping[str, Any]) -> None:
    """One requirement: the article verbatim, how it is watched, and the way to its rules and findings."""
    words = view.words
    with st.container(border=True):
        title = words.pick(row["document_zh"], row["document_en"])
        name = f"《{title}》" if words.language == "zh" else title
        number = f"（{row['number']}）" if row["number"] else ""
        st.markdown(f"#### {words.pick(row['title_zh'], row['title_en'])}")
        days = f"{row['in_force_from']} – {row['in_force_to'] or words('until_further')}"
        st.markdown(f"**{name}{number}**　{row['article']}　{words.policy('document_status', row['status'])}　{days}")
        st.markdown(f"> {row['quote_zh']}")
        told = [state_words(view, row["state"])]
        reason = words.pick(row["reason_zh"], row["reason_en"])
        needed = words.pick(row["data_needed_zh"], row["data_needed_en"])
        told += [reason] if reason else []
        told += [words.named(words("data_needed"), needed)] if needed else []
        st.markdown("　·　".join(told))
        with st.container(horizontal=True):
            for rule in row["rules"]:
                link(view, "method", words("to_method", rule=rule), ":material/function:", rule=rule)
                link(view, "findings", words("to_findings_of", rule=rule), ":material/flag:", rule=rule)


def show(view: View) -> None:
    """The page."""
    words = view.words
    headline(view, "policy_question")
    every = asked.requirements(view.reader)
    counts = dict(every.group_by("state").len().iter_rows())
    for column, state in zip(st.columns(len(STATES)), STATES, strict=True):
        column.metric(state_words(view, state), counts.get(state, 0), help=words(f"watched_{state}"))
    found = _filtered(view, every)
    if not found.height:
        nothing(view, FILTERS)
        return
    columns = {words("requirement"): st.column_config.TextColumn(width=240)}
    chosen = table(view, _shown(view, found), "policy_table", columns, selectable=True, hint="select_requirement")
    st.caption(words("requirements_shown", shown=found.height, all=every.height))
    export(view, _shown(view, found, in_full=True), "page_policy", "policy")
    if chosen is not None:
        _one(view, found.row(chosen, named=True))
