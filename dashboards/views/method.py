"""方法: how is it computed?"""

import re
from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards.components import (
    Address,
    View,
    export,
    four_states,
    headline,
    link,
    nothing,
    one_of,
    opening_table,
    table,
)
from dashboards.queries import policy as asked
from dashboards.texts import Words
from pipelines.contracts import code_lists, load_contracts
from pipelines.explaining import plain_number
from pipelines.rule_pages import CASES, case_rows, first_example

FILTERS = ("rule", "text")
_COUNTS = {
    "FAIL": "failed",
    "NOT_ASSESSABLE": "not_assessable",
    "PASS": "passed",
    "NO_RULE_IN_FORCE": "no_rule_in_force",
}


def _name(words: Words, row: Mapping[str, Any]) -> str:
    return words.pick(row["name_zh"], row["name_en"])


def _list(view: View, rules: pl.DataFrame) -> None:
    words, address = view.words, Address("method")
    text = st.text_input(
        words("search_rules"), key=address.seed("text", lambda raw: raw[:60]), placeholder=words("search_rules_hint")
    )
    address.keep("text", text)
    if text:
        searched = pl.concat_str(
            "rule", "name_zh", "name_en", "definition_zh", "definition_en", "why_zh", "why_en", separator=" "
        )
        rules = rules.filter(searched.str.to_lowercase().str.contains(text.lower(), literal=True))
    st.caption(words("rules_shown", shown=rules.height))
    if not rules.height:
        nothing(view, FILTERS)
        return
    shown = rules.select(
        pl.col("rule").alias(words("rule")),
        pl.col(f"name_{words.language}").alias(words("name")),
        pl.Series(words("kind"), [words(f"kind_{kind}") for kind in rules["kind"]], dtype=pl.String),
        pl.Series(words("finding_subject"), [words.subject(one) for one in rules["subject"]], dtype=pl.String),
        pl.Series(
            words("applies_in"),
            [words.joined(words.jurisdiction(one) for one in places or []) for places in rules["places"].to_list()],
            dtype=pl.String,
        ),
        *[pl.col(name).cast(pl.Int64).alias(words(f"four_{state}")) for state, name in _COUNTS.items()],
    )
    opening_table(
        view,
        shown,
        "rules_table",
        [("method", {"rule": rule}) for rule in rules["rule"]],
        {words("name"): st.column_config.TextColumn(width=260)},
        height=560 if rules.height > 14 else "auto",
    )
    export(view, shown, "page_method", "rules")


def _value(words: Words, row: Mapping[str, Any]) -> str:
    """A setting in words: a number with its unit, a class with its bounds, or the members of a set."""
    if row["value"] is None:
        code_list = row["code_list"]
        members = [words.code(code_list, one) for one in row["members"]] if code_list else [words("yes_word")]
        value = words.joined(members)
        return words.named(words.code("programme", row["grouping"]), value) if row["grouping"] else value
    value = f"{plain_number(row['value'])} {words.unit(row['unit'])}"
    if row["low"] is None:
        return value
    high = "" if row["high"] is None else plain_number(row["high"])
    return words.named(f"{plain_number(row['low'])}–{high} {words.unit(row['bound_unit'])}", value)


def _settings(view: View, rule: str) -> None:
    words = view.words
    st.subheader(words("settings"), help=words("settings_definition"))
    found = asked.settings(view.reader, rule)
    if not found.height:
        st.caption(words("no_settings"))
        return
    rows = found.to_dicts()
    shown = pl.DataFrame(
        {
            words("parameter"): [words.pick(row["name_zh"], row["name_en"]) or row["name"] for row in rows],
            words("place"): [
                " ".join(part for part in (words.jurisdiction(row["jurisdiction"]), row["division"]) if part)
                for row in rows
            ],
            words("value"): [_value(words, row) for row in rows],
            words("origin"): [words(f"basis_{row['basis']}") for row in rows],
            words("in_force_from"): [row["valid_from"] for row in rows],
            words("in_force_to"): [str(row["valid_to"] or words("until_further")) for row in rows],
            words("article"): [row["article"] for row in rows],
            words("verified_on"): [row["verified_on"] for row in rows],
        }
    )
    table(view, shown, "settings_table", {words("value"): st.column_config.TextColumn(width=220)})
    explained = {
        words.pick(row["name_zh"], row["name_en"]): words.pick(row["explanation_zh"], row["explanation_en"])
        for row in rows
        if row["name_zh"]
    }
    st.caption("　".join(f"**{name}** {text}" for name, text in explained.items()))


_STEMS = "甲乙丙丁戊己庚辛壬癸"


class _Told:
    """Cells of a case in the language of the page. Cases call their made-up persons and things by English words; in Chinese
    they are 甲, 乙, 丙 ..., the same ones throughout a case."""

    def __init__(self, words: Words) -> None:
        self._words, self._names = words, dict[str, str]()

    def __call__(self, cell: str) -> str:
        if " / " in cell:  # a place, in both languages
            zh, _, en = cell.partition(" / ")
            return self._words.pick(zh, en)
        if self._words.language == "en":
            return cell
        return re.sub(r"\b[a-z][a-z_]+\b", lambda word: self._name(word[0]), cell)

    def _name(self, word: str) -> str:
        place = len(self._names)
        stem = _STEMS[place % len(_STEMS)] + (str(place // len(_STEMS) + 1) if place >= len(_STEMS) else "")
        return self._names.setdefault(word, stem)


def _given(view: View, told: _Told, heading: str, text: str) -> None:
    words = view.words
    source, _, rest = heading.partition("@")
    contract, rows = load_contracts()[source], case_rows(text)
    st.markdown(f"**{words.source(source)}**　{rest.partition('@')[0]}")
    frame: dict[str, list[str]] = {}
    for column in rows[0]:
        known = contract.columns.get(column)
        title = words.pick(known.zh[0].replace("身份证号", "编号"), column.replace("_", " ")) if known else column
        labels = code_lists().get(known.code_list or "", {}) if known else {}
        frame[title] = [
            words.pick(labels[cell].label_zh, labels[cell].label_en) if cell in labels else told(cell)
            for cell in (row.get(column, "") for row in rows)
        ]
    table(view, pl.DataFrame(frame), f"given_{heading}")


def _example(view: View, rule: str) -> None:
    """The first of the rule's own cases, worked by hand."""
    words, told = view.words, _Told(view.words)
    case = first_example(CASES / rule)
    if case is None:
        return
    st.subheader(words("example"), help=words("example_definition"))
    if words.language == "en":
        st.caption(str(case["case"]))
    for heading, text in case.get("given", {}).items():
        _given(view, told, heading, text)
    st.markdown(f"**{words('gives')}**")
    outcome = case_rows(case["expect"])
    shown = pl.DataFrame(
        {
            words("finding_subject"): [told(row["subject"]) for row in outcome],
            words("finding_period"): [row["period"] for row in outcome],
            words("result"): [words.policy("result", row["result"]) for row in outcome],
            words("measure"): [row.get("measure") or "" for row in outcome],
            words("limit"): [row.get("limit") or "" for row in outcome],
            words("amount_yuan"): [row.get("amount") or "" for row in outcome],
        }
    )
    table(view, shown, "outcome")


def _articles(view: View, rule: str) -> None:
    words = view.words
    st.subheader(words("articles"))
    for row in asked.articles(view.reader, rule).iter_rows(named=True):
        title = words.pick(row["title_zh"], row["title_en"])
        name = f"《{title}》" if words.language == "zh" else title
        number = f"（{row['number']}）" if row["number"] else ""
        place = words.jurisdiction(row["jurisdiction"])
        st.markdown(f"**{place}**　{name}{number} {row['article']}　“{row['quote_zh']}”")


def _page(view: View, row: Mapping[str, Any]) -> None:
    words, rule = view.words, row["rule"]
    st.markdown(f"## {rule} {_name(words, row)}")
    with st.container(horizontal=True):
        link(view, "method", words("all_methods"), ":material/arrow_back:")
        link(view, "findings", words("to_findings_of", rule=rule), ":material/flag:", rule=rule)
        link(view, "policy", words("to_policy_of", rule=rule), ":material/gavel:", rule=rule)
    counts = {state: int(row[name] or 0) for state, name in _COUNTS.items()}
    four_states(view, counts)
    st.subheader(words("calculation"))
    st.markdown(words.pick(row["definition_zh"], row["definition_en"]))
    facts = [
        (words("kind"), words(f"kind_{row['kind']}")),
        (words("finding_subject"), words.subject(row["subject"])),
        (words("finding_period"), words.policy("period", row["period"])),
        (
            words("measure"),
            words.with_unit(words.pick(row["measure_zh"], row["measure"]), words.unit(row["measure_unit"])),
        ),
        (words("test"), words.policy("fails_when", row["fails_when"])),
        (words("evidence_title"), words.pick(row["evidence_zh"], row["evidence_en"])),
        (words("applies_in"), words.joined(words.jurisdiction(one) for one in row["places"] or [])),
    ]
    st.table(pl.DataFrame(facts, schema=[words("item"), words("content")], orient="row"), hide_index=True)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader(words("why_it_matters"))
        st.markdown(words.pick(row["why_zh"], row["why_en"]))
    with right:
        st.subheader(words("exclusions"))
        st.markdown(words.pick(row["exclusions_zh"], row["exclusions_en"]))
        st.subheader(words("assumptions"))
        st.markdown(words.pick(row["assumptions_zh"], row["assumptions_en"]))
    _settings(view, rule)
    _example(view, rule)
    _articles(view, rule)


def show(view: View) -> None:
    """The page: the list of rules, or the rule that the address names."""
    headline(view, "method_question")
    rules = asked.rules(view.reader)
    chosen = one_of(rules["rule"].to_list())(st.query_params.get("rule", ""))
    if chosen is None:
        _list(view, rules)
        return
    _page(view, rules.row(by_predicate=pl.col("rule") == chosen, named=True))
