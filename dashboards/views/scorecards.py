"""机构评分: how does a provider perform among its peers?

Levels in the address: `peers` (a peer group), `provider`, `domain`, `measure`.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import ways
from dashboards.components import View, export, headline, nothing, reach, table, total_line
from dashboards.figures.cards import (
    Card,
    DomainScore,
    MeasureScore,
    Quarter,
    domains,
    measures,
    quarters,
    totals,
)
from dashboards.formats import share
from dashboards.limits import app_limit
from dashboards.places import place_name, place_names
from dashboards.queries import cards as asked

FILTERS = ("peers", "provider", "domain", "measure")

_GRADES = ("pass", "good", "excellent")


def _named(view: View, frame: pl.DataFrame, key: str, what: str) -> dict[str, str]:
    """Words of the seeds in the page's language; a place's own go before those of everywhere."""
    column = f"{what}_{view.words.language}"
    return {row[key]: row[column] for row in frame.iter_rows(named=True)}


def _domain_names(view: View) -> dict[str, str]:
    return _named(view, asked.words_of_domains(view.reader), "domain", "name")


def _label(row: dict[str, Any]) -> str:
    return str(row["name"] or row["provider"])


def _number(value: float | None, kind: str) -> str:
    if value is None:
        return ""
    return share(value) if kind == "share" else f"{value:.2f}"


def grade_word(view: View, row: dict[str, Any]) -> str:
    """The grade in words; a card without one says why."""
    words = view.words
    if row["grade"] is None:
        return words("small")
    capped = words("capped_mark") if row["cap_reason"] else ""
    return words(f"grade_{row['grade']}") + capped


def why_no_total(view: View, row: dict[str, Any]) -> str:
    """Why a card has no total."""
    words = view.words
    if row["is_needed_domain_missing"]:
        return words("needed_domain_missing")
    return words("too_little_scored", scored=f"{row['weight_scored']:g}", needed=f"{row['weight_needed']:g}")


def _card_told(view: View, row: dict[str, Any]) -> str:
    if row["total"] is None:
        return why_no_total(view, row)
    return f"{row['total']:.1f}（{row['total_low']:.1f} – {row['total_high']:.1f}） {grade_word(view, row)}"


def _cards_table(view: View, cards: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    listed = list(cards.iter_rows(named=True))
    return cards.select(
        pl.Series(words("provider"), [_label(row) for row in listed], dtype=pl.String),
        pl.Series(words("grade"), [grade_word(view, row) for row in listed], dtype=pl.String),
        pl.col("total").round(1).alias(words("total_score")),
        pl.col("total_low").round(1).alias(words("interval_low")),
        pl.col("total_high").round(1).alias(words("interval_high")),
        pl.col("weight_scored").alias(words("weight_scored")),
        pl.col("visits").alias(words("visits")),
        place_names(cards["division_code"]).alias(words("division")),
        pl.col("provider").alias(words("provider_code")),
        pl.col("cap_reason").fill_null("").alias(words("cap_reason")),
    )


def _overview(view: View, jurisdiction: str, cards: pl.DataFrame) -> None:
    words = view.words
    settings = asked.settings(view.reader, jurisdiction)
    marks = [
        Card(
            row["provider"],
            _label(row),
            row["total"],
            row["total_low"],
            row["total_high"],
            bool(row["cap_reason"]),
            _card_told(view, row),
        )
        for row in cards.iter_rows(named=True)
    ]
    grades = {words(f"grade_{grade}"): settings[f"grade_{grade}"] for grade in _GRADES}
    figure = totals(
        marks[: int(app_limit("marks_in_chart", view.publication.as_of))],
        grades,
        (words("total_score"), words("capped"), words("small"), words("peers_median")),
        words("total_score"),
    )
    told = "；".join(f"{mark.label} {mark.told}" for mark in marks)
    values = {"peers": words.jurisdiction(jurisdiction), "count": len(marks)}
    columns = st.columns(4)
    columns[0].metric(words.with_unit(words("cards"), words("provider_unit")), f"{len(marks):,}")
    for column, (word, wanted) in zip(
        columns[1:],
        (("grade_excellent_good", ("excellent", "good")), ("grade_pass_fail", ("pass", "fail")), ("small", (None,))),
        strict=True,
    ):
        graded = sum(row["grade"] in wanted for row in cards.iter_rows(named=True))
        column.metric(words.with_unit(words(word), words("provider_unit")), f"{graded:,}")
    ways.chart(view, figure, "totals", None, told, ("provider", "domain", "measure"), values)
    ways.rows(
        view, _cards_table(view, cards), "card_table", ("provider", "domain", "measure"), cards["provider"].to_list()
    )
    export(view, _cards_table(view, cards), "page_scorecards", "scorecards")


# ---- a card -------------------------------------------------------------------------------------------------------


def _head(view: View, row: dict[str, Any], jurisdiction: str) -> None:
    words = view.words
    st.subheader(_label(row))
    st.caption(
        f"{row['provider']} · {place_name(row['division_code'])} · "
        f"{words('peers')} {words('peers_named', place=words.jurisdiction(jurisdiction), count=row['peers'])} · "
        f"{row['period_start']:%Y-%m-%d} – {row['period_end']:%Y-%m-%d}"
    )
    columns = st.columns(4)
    columns[0].metric(words("total_score"), words("small") if row["total"] is None else f"{row['total']:.1f}")
    interval = "" if row["total"] is None else f"{row['total_low']:.1f} – {row['total_high']:.1f}"
    columns[1].metric(words("interval_95"), interval or "—")
    columns[2].metric(words("grade"), grade_word(view, row))
    columns[3].metric(words("visits"), f"{row['visits']:,}")
    if row["total"] is None:
        st.warning(why_no_total(view, row), icon=":material/info:")
    if row["cap_reason"]:
        st.error(
            words(
                "capped_by", grade=words(f"grade_{row['uncapped_grade']}") if row["uncapped_grade"] else words("small")
            ),
            icon=":material/gpp_maybe:",
        )
        for finding in row["cap_reason"].split("|"):
            ways.page_link(view, "finding", finding, ":material/flag:", id=finding)
    ways.page_link(
        view, "complaints", words("to_complaints"), ":material/forum:", provider=row["provider"], peers=jurisdiction
    )


def _domains(view: View, provider: str, jurisdiction: str) -> None:
    words = view.words
    found = asked.domain_scores(view.reader, jurisdiction)
    names = {code: name for code, name in _domain_names(view).items() if code in set(found["domain"])}
    scores = [DomainScore(row["provider"], row["domain"], row["score"]) for row in found.iter_rows(named=True)]
    own = found.filter(pl.col("provider") == provider)
    shown = own.select(
        pl.Series(words("domain"), [names[code] for code in own["domain"]], dtype=pl.String),
        pl.col("score").round(1).alias(words("score")),
        pl.col("weight").alias(words("weight")),
        pl.col("weight_scored").alias(words("weight_scored")),
        pl.col("weight_needed").alias(words("weight_needed")),
    )
    by_domain = {row["domain"]: row["score"] for row in own.iter_rows(named=True)}
    told = "；".join(
        f"{name} {words('small') if by_domain.get(code) is None else f'{by_domain[code]:.1f}'}"
        for code, name in names.items()
    )
    values = {"peers": words.jurisdiction(jurisdiction), "count": found["provider"].n_unique()}
    figure = domains(scores, provider, names, (words("peers_median"), words("small")))
    ways.chart(view, figure, "domains", shown, told, ("domain", "measure"), values, own["domain"].to_list())
    domain = ways.pills(view, "domain_choose", list(names), "domain", lambda code: names[code], ["measure"])
    if domain:
        _measures(view, provider, jurisdiction, domain, names[domain])


def _measure_told(view: View, row: dict[str, Any]) -> str:
    words = view.words
    n = f"{row['n']:.3f}" if row["kind"] == "rate" else f"{row['n']:,.0f}"
    counted = words("k_of_n_rate" if row["kind"] == "rate" else "k_of_n", k=row["k"], n=n)
    if row["state"] == "no_data":
        return words("state_no_data")
    value, low, high = (_number(row[name], row["kind"]) for name in ("value", "low", "high"))
    return f"{counted} = {value}（{low} – {high}）" + (f" {words('small')}" if row["state"] == "too_few" else "")


def _measures_table(view: View, found: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    words = view.words
    listed = list(found.iter_rows(named=True))
    return found.select(
        pl.Series(words("card_measure"), [names[row["measure"]] for row in listed], dtype=pl.String),
        pl.col("score").round(1).alias(words("score")),
        pl.Series(words("state"), [words(f"measure_{row['state']}") for row in listed], dtype=pl.String),
        pl.col("k").alias(words("numerator")),
        pl.col("n").round(3).alias(words("denominator")),
        pl.Series(words("value"), [_number(row["value"], row["kind"]) for row in listed], dtype=pl.String),
        pl.Series(
            words("interval_95"),
            [f"{_number(row['low'], row['kind'])} – {_number(row['high'], row['kind'])}" for row in listed],
            dtype=pl.String,
        ),
        pl.Series(words("shrunk"), [_number(row["shrunk"], row["kind"]) for row in listed], dtype=pl.String),
        pl.col("reliability").round(3).alias(words("reliability")),
        pl.Series(words("floor"), [_number(row["floor"], row["kind"]) for row in listed], dtype=pl.String),
        pl.Series(words("target"), [_number(row["target"], row["kind"]) for row in listed], dtype=pl.String),
        pl.col("weight").alias(words("weight")),
        pl.col("min_n").alias(words("min_n")),
    )


def _measures(view: View, provider: str, jurisdiction: str, domain: str, domain_name: str) -> None:
    words = view.words
    found = asked.measures(view.reader, provider, jurisdiction).filter(pl.col("domain") == domain)
    all_words = asked.words_of_measures(view.reader)
    names = _named(view, all_words, "measure", "name")
    marks = [
        MeasureScore(row["measure"], names[row["measure"]], row["score"], row["peer_median"], _measure_told(view, row))
        for row in found.iter_rows(named=True)
    ]
    figure = measures(marks, (words("score"), words("peers_median"), words("small")), words("score"))
    told = "；".join(f"{mark.label} {mark.told}" for mark in marks)
    values = {"domain": domain_name, "peers": words.jurisdiction(jurisdiction)}
    listed = found["measure"].to_list()
    ways.chart(view, figure, "measures", _measures_table(view, found, names), told, ("measure",), values, listed)
    measure = ways.pills(view, "measure_choose", listed, "measure", lambda code: names[code])
    if measure:
        counted = all_words.filter(pl.col("measure") == measure).row(-1, named=True)
        _rows(view, provider, jurisdiction, found.row(by_predicate=pl.col("measure") == measure, named=True), counted)


def _rows(view: View, provider: str, jurisdiction: str, row: dict[str, Any], counted: dict[str, Any]) -> None:
    """What stands behind a measure: all its rows, or of visits and lines those that are in n and not in k."""
    words = view.words
    language = words.language
    st.subheader(words("rows_of", what=counted[f"name_{language}"]))
    parts = {"numerator": counted[f"k_{language}"], "denominator": counted[f"n_{language}"]}
    told = [f"{words(name)}　{what}" for name, what in parts.items()]
    st.markdown("  \n".join([*told, f"**{_measure_told(view, row)}**"]))
    if row["kind"] == "share" and row["reliability"] is not None:
        st.caption(
            words("shrinkage", shrunk=_number(row["shrunk"], row["kind"]), reliability=share(row["reliability"]))
        )
    elif not row["are_peers_enough"]:
        st.caption(words("too_few_peers"))
    most = int(app_limit("rows_in_table", view.publication.as_of))
    found = asked.rows(view.reader, provider, jurisdiction, row["measure"], most)
    all_rows = int(found["all_rows"][0]) if found.height else 0
    in_k = int(found["all_k"][0]) if found.height else 0
    # Every row is published for small measures, only what fails for large ones, and of a rate its events.
    if row["kind"] == "rate":
        total_line(view, all_rows, str(in_k), str(row["k"]))
    elif in_k:
        total_line(view, all_rows, f"{in_k} / {all_rows}", f"{row['k']} / {row['n']:.0f}")
    else:
        total_line(view, all_rows, str(all_rows), f"{row['n'] - row['k']:.0f}")
        st.caption(words("only_failing_rows"))
    if not found.height:
        return
    ways.window(view, found.height, all_rows)
    shown = _source_rows(view, found)
    table(view, shown, "measure_rows")

    def everything() -> pl.DataFrame:
        return _source_rows(view, asked.rows(view.reader, provider, jurisdiction, row["measure"], None))

    export(view, everything, "rows_behind", "measure_rows")


def _source_rows(view: View, found: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    return found.select(
        pl.Series(words("counts_in_k"), [words("yes_word" if one else "no_word") for one in found["counts_in_k"]]),
        pl.Series(words("source"), [words.source(source) for source in found["source"]], dtype=pl.String),
        pl.col("row_key").alias(words("row_id")),
        pl.col("day").alias(words("day")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )


def _quarters(view: View, provider: str, jurisdiction: str) -> None:
    words = view.words
    found = asked.quarters(view.reader, provider, jurisdiction)
    marks = [
        Quarter(row["quarter"], row["value"], row["low"], row["high"], row["is_complete"])
        for row in found.iter_rows(named=True)
    ]
    if not any(mark.total is not None for mark in marks):
        return
    shown = found.select(
        pl.col("quarter").alias(words("quarter")),
        pl.col("value").round(1).alias(words("total_score")),
        pl.col("low").round(1).alias(words("interval_low")),
        pl.col("high").round(1).alias(words("interval_high")),
        pl.col("change").round(1).alias(words("change")),
        pl.col("change_low").round(1).alias(words("change_low")),
        pl.col("change_high").round(1).alias(words("change_high")),
    )
    told = "；".join(f"{mark.quarter} {mark.total:.1f}" for mark in marks if mark.total is not None)
    ways.chart(view, quarters(marks, words("unfinished"), words("total_score")), "quarters", shown, told)


def _card(view: View, provider: str) -> None:
    words = view.words
    places = asked.jurisdictions_of(view.reader, provider)
    if not places:
        ways.not_there(view, "provider", "domain", "measure")
        return
    jurisdiction = ways.asked("peers", places) or places[0]
    ways.back(view, "back_to_cards", "provider", "domain", "measure")
    cards = asked.cards(view.reader, jurisdiction)
    _head(view, cards.row(by_predicate=pl.col("provider") == provider, named=True), jurisdiction)
    _domains(view, provider, jurisdiction)
    _quarters(view, provider, jurisdiction)
    st.caption(words("card_definition"))


def show(view: View) -> None:
    """The page."""
    headline(view, "scorecards_question")
    provider = ways.asked("provider")
    if provider:
        _card(view, provider)
        return
    options = asked.peer_groups(view.reader, view.scope)
    if not options:
        nothing(view)
        return
    left, _ = st.columns([1, 2])
    with left:
        jurisdiction = ways.pick(view, "peers", options, "peers", options[0], view.words.jurisdiction)
    _overview(view, jurisdiction, asked.cards(view.reader, jurisdiction))
    reach(view, ["providers", "visits", "complaints", "satisfaction_surveys", "settlement_lines"])
