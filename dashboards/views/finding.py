"""疑点详情: is it true?"""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal, cast

import polars as pl
import streamlit as st

from dashboards import decided
from dashboards.components import View, export, headline, link, logged, short_keys, table
from dashboards.formats import figure, share, yuan
from dashboards.identity import may_do
from dashboards.places import place_name
from dashboards.queries import finding as asked
from dashboards.recomputing import Recomputed, Share, Unclaimed, recomputed
from dashboards.texts import Words
from dashboards.views import report
from pipelines.contracts import Column, load_contracts
from pipelines.decisions import Attachment, Decision, DecisionProblem, initial_state, steps_from
from pipelines.decisions.states import verdict_states
from pipelines.explaining import Article, Explanation, Parameter, SourceRow, plain_number, sentence
from pipelines.exposure import exposures
from pipelines.reporting.commands import Asked

FILTERS = ("id",)

UTC = dt.UTC


def rule_name(words: Words, rule: dict[str, Any]) -> str:
    """The name of a rule."""
    return words.pick(rule["name_zh"], rule["name_en"])


def _no_such_finding(view: View) -> None:
    """The same words whether a finding never was or is not for this user."""
    words = view.words
    st.title(words("no_finding"))
    st.info(words("no_finding_help"), icon=":material/help:")
    link(view, "findings", words("page_findings"), ":material/flag:")


def _unit(view: View, explanation: Explanation) -> str:
    return view.words.unit(explanation.rule["measure_unit"])


def _figures(view: View, explanation: Explanation, state: str) -> None:
    words, finding = view.words, explanation.finding
    unit, rule_unit = _unit(view, explanation), explanation.rule["measure_unit"]
    columns = st.columns(4)
    columns[0].metric(words("decision_state"), words.decision(state))
    for column, name in ((columns[1], "measure"), (columns[2], "limit")):
        column.metric(words.with_unit(words(name), unit), figure(finding[name], rule_unit) or "—")
    columns[3].metric(words("amount_yuan"), yuan(finding["amount"]) or "—")


def _subject(view: View, explanation: Explanation) -> None:
    words, finding = view.words, explanation.finding
    places = words.joined(place_name(code) for code in asked.divisions(view.reader, finding["finding_id"]))
    kind = words(f"kind_{explanation.rule['kind']}")
    told = [
        f"**{kind}**",
        f"{words('finding_id')} `{finding['finding_id']}`",
        f"{words('division')} {places}",
        f"{words.subject(explanation.rule['subject'])} `{short_keys(finding['subject'])}`",
        f"{words('finding_period')} {finding['period'] or words('whole_period')}",
        f"{words('judged_on')} {finding['judged_on']}",
        f"{words('first_seen')} {finding.get('first_seen_on') or '—'}",
    ]
    st.markdown("　·　".join(told))
    if short_keys(finding["subject"]) != finding["subject"]:
        with st.popover(words("whole_key"), icon=":material/key:", type="tertiary"):
            st.caption(words("whole_key_help"))
            st.code(finding["subject"], language=None)


def _article(words: Words, article: Article) -> None:
    title = words.pick(article.document_zh, article.document_en)
    name = f"《{title}》" if words.language == "zh" else title
    name = words.with_unit(name, article.number) if article.number else name
    with st.container(border=True):
        st.markdown(f"**{name}**　{article.article}")
        st.markdown(f"> {article.quotation}")


def parameter_name(words: Words, texts: dict[str, dict[str, Any]], parameter: Parameter) -> str:
    """What a parameter is called; a grouping stands behind it."""
    name, _, grouping = parameter.name.partition(" (")
    text = texts.get(name)
    told = words.pick(text["name_zh"], text["name_en"]) if text else name
    return f"{told}（{words.code('programme', grouping.rstrip(')'))}）" if grouping else told


def _parameter_value(words: Words, texts: dict[str, dict[str, Any]], parameter: Parameter) -> str:
    text = texts.get(parameter.name.partition(" (")[0])
    code_list = text["code_list"] if text else None
    if code_list and parameter.unit is None:
        return words.joined(words.code(code_list, member) for member in parameter.value.split(", "))
    unit = words.unit(parameter.unit) if parameter.unit else ""
    return f"{parameter.value} {unit}".strip()


def _basis(view: View, explanation: Explanation) -> None:
    """Articles verbatim, and each parameter with its value, origin and days."""
    words, rule = view.words, explanation.rule["rule"]
    st.subheader(words("articles"))
    for article in explanation.articles:
        _article(words, article)
    st.subheader(words("parameters_that_day", day=explanation.finding["judged_on"]))
    texts = asked.parameter_texts(view.reader, rule)
    if not explanation.parameters:
        st.caption(words("no_parameters"))
        return
    shown = pl.DataFrame(
        {
            words("parameter"): [parameter_name(words, texts, one) for one in explanation.parameters],
            words("value"): [_parameter_value(words, texts, one) for one in explanation.parameters],
            words("origin"): [words(f"basis_{one.basis}") for one in explanation.parameters],
            words("in_force_from"): [str(one.valid_from) for one in explanation.parameters],
            words("in_force_to"): [str(one.valid_to or words("until_further")) for one in explanation.parameters],
        }
    )
    st.table(shown, hide_index=True)


def _calculation(view: View, explanation: Explanation) -> None:
    words, rule, finding = view.words, explanation.rule, explanation.finding
    st.subheader(words("calculation"))
    st.markdown(words.pick(rule["definition_zh"], rule["definition_en"]))
    as_of = dt.date.fromisoformat(view.publication.as_of)
    has_all_rows = not asked.has_hidden_rows(view.reader, finding["finding_id"])
    for one in recomputed(explanation, as_of, has_all_rows=has_all_rows):
        _recomputed(view, one, rule["measure_unit"])


def _recomputed(view: View, one: Recomputed | Share | Unclaimed, measure_unit: str) -> None:
    """One figure against the rows below, written as where it is listed."""
    words = view.words
    if isinstance(one, Unclaimed):
        name = words("amount_yuan" if one.figure == "amount" else "measure")
        st.info(words("not_recomputed", figure=name, why=words(one.why)), icon=":material/info:")
        return
    if isinstance(one, Share):
        said = {"rows": one.part, "of": words(one.of), "whole": one.whole, "stands": share(float(one.stands))}
        if one.is_possible:
            st.info(words("share_of_whole", **said), icon=":material/info:")
        else:
            st.error(words("share_impossible", **said), icon=":material/error:")
        return
    name, unit = ("amount_yuan", "yuan") if one.figure == "amount" else ("measure", measure_unit)
    said = {
        "figure": words(name),
        "value": figure(one.shown, unit),
        "stands": figure(float(one.stands), unit),
        "how": words(one.how),
    }
    if one.agrees:
        st.success(words("recomputed", **said), icon=":material/check:")
    else:
        st.error(words("recomputed_differs", **said), icon=":material/error:")


def _cell(words: Words, code_list: str | None, value: Any) -> Any:
    if isinstance(value, list):
        return words.joined(words.code(code_list, str(one)) if code_list else str(one) for one in value)
    if code_list and isinstance(value, str):
        return words.code(code_list, value)
    if isinstance(value, bool):
        return words("yes_word" if value else "no_word")
    return short_keys(str(value)).replace("T", " ") if value is not None else ""


def facts_table(words: Words, rows: Sequence[SourceRow], *, in_full: bool = False) -> pl.DataFrame:
    """Rows of one source as they came, with the headers and labels of the language, and where each stands: first what it
    is and its money, then file, sheet and line, so that all of them are seen at once, then the rest."""
    contract = load_contracts()[rows[0].source]
    columns = contract.columns
    names = [name for name in rows[0].facts if name in columns and any(row.facts.get(name) is not None for row in rows)]
    first = [name for name in names if name in contract.key or columns[name].type == "yuan"]
    frame: dict[str, list[Any]] = {words("role"): [words(f"role_{row.role}") for row in rows]}
    for name in first:
        frame |= _facts(words, columns[name], [row.facts.get(name) for row in rows], in_full=in_full)
    frame[words("file")] = [row.file for row in rows]
    if in_full or any(row.sheet for row in rows):
        frame[words("sheet")] = [row.sheet for row in rows]
    frame[words("line")] = [row.line for row in rows]
    for name in names:
        if name not in first:
            frame |= _facts(words, columns[name], [row.facts.get(name) for row in rows], in_full=in_full)
    return pl.DataFrame(frame, strict=False)


def _facts(words: Words, column: Column, values: Sequence[Any], *, in_full: bool) -> dict[str, list[Any]]:
    """A column of the source under its heading."""
    # A key stands where an id number was.
    heading = words.pick(column.zh[0].replace("身份证号", "编号"), column.name.replace("_", " "))
    if column.type == "yuan":
        heading = words.with_unit(heading, words("yuan"))
    if all(isinstance(one, int | float) and not isinstance(one, bool) for one in values if one is not None):
        return {heading: [None if one is None else float(one) for one in values]}
    if in_full:
        return {heading: [None if one is None else str(one) for one in values]}
    # A month is kept as its first day.
    told = [str(one)[:7] if column.type == "month" and one else one for one in values]
    return {heading: [_cell(words, column.code_list, one) for one in told]}


def _evidence(view: View, explanation: Explanation) -> None:
    """The rows behind, by source: what stands in them, and in which file, sheet and line."""
    words, finding_id = view.words, explanation.finding["finding_id"]
    st.subheader(words("evidence", rows=len(explanation.rows)))
    st.caption(words.pick(explanation.rule["evidence_zh"], explanation.rule["evidence_en"]))
    by_source: dict[str, list[SourceRow]] = {}
    for row in explanation.rows:
        by_source.setdefault(row.source, []).append(row)
    for source, rows in by_source.items():
        counted = sum(row.role == "counted" for row in rows)
        st.markdown(f"**{words.source(source)}**　{words('rows_of_source', rows=len(rows), counted=counted)}")
        shown = facts_table(words, rows[: asked.MOST_ROWS])
        table(view, shown, f"evidence_{source}")
        if len(rows) > asked.MOST_ROWS:
            st.caption(words("rows_shown", first=1, last=asked.MOST_ROWS, all=len(rows)))
        export(view, facts_table(words, rows, in_full=True), "evidence_title", f"{finding_id}_{source}")
    if asked.has_hidden_rows(view.reader, finding_id):
        st.caption(words("rows_elsewhere"))


def _against(view: View, explanation: Explanation) -> None:
    """What speaks against the finding."""
    words, finding = view.words, explanation.finding
    text = asked.rule_text(view.reader, finding["rule"])
    st.subheader(words("against"))
    lines = [
        f"**{words('assumptions')}**　{words.pick(text['assumptions_zh'], text['assumptions_en'])}",
        f"**{words('exclusions')}**　{words.pick(text['exclusions_zh'], text['exclusions_en'])}",
    ]
    missing = asked.missing_facts(view.reader, finding["rule"], finding["jurisdiction"])
    if missing:
        lines.append(f"**{words('missing_facts')}**　{words('missing_facts_help', count=f'{missing:,}')}")
    for row in asked.exemptions(view.reader, finding["rule"], finding["jurisdiction"]).iter_rows(named=True):
        reason = words.pick(row["reason_zh"], row["reason_en"])
        lines.append(
            f"**{words('exemption')}**　{row['document']} {row['valid_from']} – {row['valid_to'] or ''}　{reason}"
        )
    st.markdown("\n\n".join(lines))


def _attachment(view: View, sha256: str) -> bytes:
    return decided.store(view.data).attachment(sha256)


def _one_decision(view: View, decision: Decision) -> None:
    words = view.words
    step = f"{words.decision(decision.from_state)} → **{words.decision(decision.state)}**"
    at = decision.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    with st.container(border=True):
        st.markdown(f"{step}　{decision.user}　{at} UTC")
        st.markdown(words.named(words("reason_for_decision"), decision.reason))
        if decision.note:
            st.caption(decision.note)
        for kept in decision.attachments:
            st.download_button(
                f"{kept.name}（{kept.size:,} B）",
                data=logged(view, f"attachment:{kept.sha256[:8]}", partial(_attachment, view, kept.sha256)),
                file_name=kept.name,
                key=f"attachment_{decision.sequence}_{kept.sha256}",
                icon=":material/attach_file:",
                on_click="ignore",
                type="tertiary",
            )


def _decide(view: View, explanation: Explanation, state: str, sequence: int, is_own: bool) -> None:
    """The form for the next decision. `is_own`: the last one was just taken here."""
    words = view.words
    steps = {words.pick(step.name_zh, step.name_en): step.to_state for step in steps_from(state)}
    row = {**explanation.finding, "state": state, "sequence": sequence}
    if decided.moved("one", [row]) and not is_own:
        st.warning(words("moved"), icon=":material/sync_problem:")
    with st.form(decided.form_key("one", [row])):
        step = st.segmented_control(words("next_step"), list(steps), default=next(iter(steps)), required=True)
        reason = st.text_area(words("reason_for_decision"), height=90, help=words("reason_help"))
        files = st.file_uploader(words("attachments"), accept_multiple_files=True, help=words("attachments_help"))
        sent = st.form_submit_button(words("decide"), type="primary", icon=":material/gavel:")
    if not sent:
        return
    kept = [Attachment(one.name, one.getvalue()) for one in files or []]
    try:
        decided.decide(view.data, view.identity, view.publication.run, [row], steps[str(step)], reason, kept)
    except DecisionProblem as problem:
        st.error(problem.say(words.language), icon=":material/error:")
        return
    st.session_state["told"] = words("decided_one", state=words.decision(steps[str(step)]))
    st.rerun()


def _decisions(view: View, explanation: Explanation, past: Sequence[Decision], state: str, is_own: bool) -> None:
    words = view.words
    st.subheader(words("decisions"))
    if not past:
        st.caption(words("no_decisions"))
    for decision in past:
        _one_decision(view, decision)
    if may_do(view.identity, "decide"):
        _decide(view, explanation, state, past[-1].sequence if past else 0, is_own)


def _exposure(view: View, explanation: Explanation, past: Sequence[Decision]) -> None:
    """What the documents let follow on a finding that was upheld: an estimate, with the article."""
    words, rows = view.words, asked.consequences(view.reader)
    verdict = next((one.state for one in reversed(past) if one.state in verdict_states()), None)
    found = exposures(explanation.finding, verdict, rows) if rows.height else ()
    if not found:
        return
    articles = {row["requirement"]: row for row in rows.iter_rows(named=True)}
    st.subheader(words("exposure_title"))
    for one in found:
        text = words.pick(one.text_zh, one.text_en)
        amount = words("exposure_no_amount") if one.amount is None else f"**¥{one.amount:,.2f}**"
        article = articles[one.requirement]
        by = words("exposure_by", article=article["article"])
        st.markdown(f"{text}　{amount}  \n{by}　“{article['quote_zh']}”")


def _document_language(view: View) -> Literal["zh", "en"]:
    return cast(Literal["zh", "en"], view.words.language)


def _document(view: View, finding_id: str) -> None:
    """The button that makes the finding a Word document with its evidence."""
    if not view.reader.sees_persons or view.reader.places is not None or not may_do(view.identity, "export"):
        return
    if st.button(view.words("finding_document"), icon=":material/description:", key="finding_document"):
        about = Asked(None, None, None, finding_id, _document_language(view), Path())
        st.session_state["finding_report"] = report.make(view, about, lambda _text: None)


def _made_document(view: View, finding_id: str) -> None:
    """The document, once it is made."""
    made = st.session_state.get("finding_report")
    if isinstance(made, report.Made) and (made.about.finding, made.about.language) == (
        finding_id,
        _document_language(view),
    ):
        report.offer(view, made, "finding_report")


def _about(view: View, explanation: Explanation) -> pl.DataFrame:
    """The finding itself as a table for a workbook."""
    words, finding = view.words, explanation.finding
    language = cast(Literal["zh", "en"], words.language)
    pairs = [
        (words("finding_id"), finding["finding_id"]),
        (words("sentence"), sentence(explanation, language, _unit(view, explanation))),
        (words("measure"), "" if finding["measure"] is None else plain_number(finding["measure"])),
        (words("limit"), "" if finding["limit"] is None else plain_number(finding["limit"])),
        (words("amount_yuan"), "" if finding["amount"] is None else f"{finding['amount']:.2f}"),
        (words("judged_on"), str(finding["judged_on"])),
        *[(f"{words('article')} {one.article}", one.quotation) for one in explanation.articles],
        *[
            (f"{words('parameter')} {one.name}", f"{one.value} {words.unit(one.unit) if one.unit else ''}".strip())
            for one in explanation.parameters
        ],
        (words("calculation"), words.pick(explanation.rule["definition_zh"], explanation.rule["definition_en"])),
        *[
            (f"{words('evidence_title')} {place}", f"{row.source} {row.row_key} {row.file} {row.sheet} {row.line}")
            for place, row in enumerate(explanation.rows, 1)
        ],
    ]
    return pl.DataFrame(pairs, schema=[words("item"), words("content")], orient="row")


def show(view: View) -> None:
    """The page."""
    words, finding_id = view.words, st.query_params.get("id", "")
    explanation = asked.explanation(view.reader, finding_id) if finding_id else None
    if explanation is None:
        _no_such_finding(view)
        return
    if st.session_state.get("viewed") != (finding_id, view.publication.run):
        st.session_state["viewed"] = (finding_id, view.publication.run)
        decided.note(view.data, view.identity, "view", finding_id, view.publication.run)
    past = decided.history(view.data, finding_id)
    state = past[-1].state if past else initial_state()
    rule = explanation.rule
    headline(view, f"{rule['rule']} {rule_name(words, rule)}", is_key=False)
    told = st.session_state.pop("told", None)
    if told:
        st.success(told, icon=":material/check:")
    if explanation.finding.get("document"):
        finding = explanation.finding
        reason = words.pick(finding["reason_zh"], finding["reason_en"])
        st.warning(f"**{words('exempted')}**　{finding['document']}　{reason}", icon=":material/verified:")
    told_in_full = sentence(explanation, _document_language(view), _unit(view, explanation))
    st.markdown(f"##### {short_keys(told_in_full)}")
    _subject(view, explanation)
    _figures(view, explanation, state)
    with st.container(horizontal=True, vertical_alignment="center"):
        export(view, _about(view, explanation), "page_finding", finding_id)
        _document(view, finding_id)
        link(view, "method", words("to_method", rule=rule["rule"]), ":material/function:", rule=rule["rule"])
        link(view, "findings", words("to_same_rule"), ":material/flag:", rule=rule["rule"])
    _made_document(view, finding_id)
    left, right = st.columns([3, 2], gap="large")
    with left:
        _basis(view, explanation)
        _calculation(view, explanation)
    with right:
        _against(view, explanation)
        _exposure(view, explanation, past)
        _decisions(view, explanation, past, state, told is not None)
    _evidence(view, explanation)
