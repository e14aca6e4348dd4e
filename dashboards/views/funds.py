"""资金: did the money reach services?

From the stages of the money down to payments, their batch, its lines and the visits beside them. Each level stands in the
address: `programme`, `step`, `batch`, `lines` (a state of lines), `line`.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from dashboards import ways
from dashboards.components import View, export, headline, nothing, reach, table, total_line
from dashboards.figures.money import Compared, Held, Step, days_height, days_held, money_waterfall, paid_beside_recorded
from dashboards.formats import in_wan, share, wan, yuan
from dashboards.limits import app_limit
from dashboards.places import place_name, place_names
from dashboards.queries import funds as usage_of
from dashboards.queries import money as asked
from dashboards.texts import Words

FILTERS = ("programme", "step", "batch", "lines", "line")

_ALL = "all"
_COUNTS = ("budget", "allocated_in", "received_in", "passed_on", "paid", "refunded")
_LINE_STATES = ("matches", "differs", "not_on_platform", "visit_after_as_of", "settled_again")
_BATCH_RULES = ("P01", "P02", "P04", "P07")
# A cent is the tolerance within which two amounts are the same.
_CENT = 0.005
_GAPS = ("gap_allocated", "gap_received", "gap_paid")


def steps_of(stages: Mapping[str, float], is_settled: bool, is_mixed: bool) -> list[tuple[str, float, bool]]:
    """The bars from the budget down: key, yuan, whether it is a stage. Gaps are what is missing between two stages.

    is_settled: settlements stand behind some of the payments; is_mixed: payments of other programmes are among them.
    """
    allocated = stages["own"] + stages["allocated"]
    received = stages["own"] + stages["received"]
    found = [
        ("budget", stages["budget"], True),
        ("gap_allocated", allocated - stages["budget"], False),
        ("allocated", allocated, True),
        ("gap_received", received - allocated, False),
        ("received", received, True),
        ("gap_paid", stages["paid"] - received, False),
        ("paid", stages["paid"], True),
    ]
    if not is_settled:
        return found
    other = [("other", -stages["other"], False)] if is_mixed else []
    gap = stages["settled"] - stages["paid"] + (stages["other"] if is_mixed else 0)
    return [*found, *other, ("gap_settled", gap, False), ("settled", stages["settled"], True)]


def _programme(view: View) -> str | None:
    words = view.words
    options = asked.programmes(view.reader, view.scope)
    usual = next((one for one in asked.settled_programmes(view.reader) if one in options), _ALL)
    written = {_ALL: words("all_programmes"), **{code: words.code("programme", code) for code in options}}
    left, _ = st.columns([1, 2])
    with left:
        chosen = ways.pick(
            view, "programme", [_ALL, *options], "programme", usual, lambda code: written[code], ["step"]
        )
    return None if chosen == _ALL else chosen


def _figures(view: View, stages: Mapping[str, float], is_settled: bool) -> None:
    words, unit = view.words, view.words("wan")
    columns = st.columns(4)
    columns[0].metric(words("with_unit", name=words("budget"), unit=unit), wan(stages["budget"]))
    columns[1].metric(
        words("with_unit", name=words("step_received"), unit=unit),
        wan(stages["own"] + stages["received"]),
        help=words("received_help"),
    )
    columns[2].metric(words("with_unit", name=words("net_paid"), unit=unit), wan(stages["paid"]))
    payable = stages["paid"] - stages["other"]
    told = share(stages["settled"] / payable) if is_settled and payable > 0 else words("not_by_service")
    columns[3].metric(words("settled_share"), told, help=words("settled_share_help"))


def step_word(words: Words, key: str, amount: float) -> str:
    """What a stage or a gap is called: a gap above zero is no lack but an excess."""
    return words(f"step_{key}_over" if key in _GAPS and amount > _CENT else f"step_{key}")


def _waterfall(view: View, programme: str | None, steps: list[tuple[str, float, bool]]) -> None:
    words = view.words
    named = {key: step_word(words, key, amount) for key, amount, _ in steps}
    bars = [Step(key, named[key], amount, is_stage) for key, amount, is_stage in steps]
    shown = pl.DataFrame(
        {
            words("step"): [bar.label for bar in bars],
            words("amount_yuan"): [round(bar.yuan, 2) for bar in bars],
            words("explained"): [words(f"step_{bar.key}_help") for bar in bars],
        }
    )
    told = "，".join(f"{bar.label} {wan(bar.yuan)}" for bar in bars)
    keys = [key for key, _, _ in steps]
    ways.chart(view, money_waterfall(bars, words("wan")), "funds_waterfall", shown, told, ("step",), ids=keys)
    step = ways.pills(view, "step_choose", keys, "step", named.__getitem__)
    if step:
        _step_rows(view, programme, step, named[step], next(amount for key, amount, _ in steps if key == step))


def _coded(view: View, frame: pl.DataFrame, lists: Mapping[str, str]) -> pl.DataFrame:
    """Codes as words."""
    return frame.with_columns(
        pl.Series(name, [view.words.code(code_list, code) if code else "" for code in frame[name]], dtype=pl.String)
        for name, code_list in lists.items()
    )


def _step_table(view: View, found: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    coded = _coded(view, found, {"programme": "programme", "fund_source": "fund_source"})
    return coded.select(
        pl.Series(words("row_kind"), [words(kind) for kind in found["kind"]], dtype=pl.String),
        pl.col("id").alias(words("row_id")),
        pl.col("amount").cast(pl.Float64).alias(words("amount_yuan")),
        pl.col("day").alias(words("day")),
        place_names(coded["division_code"]).alias(words("division")),
        pl.col("programme").alias(words("programme")),
        pl.col("fund_source").alias(words("fund_source")),
        pl.col("batch_id").alias(words("batch")),
        pl.Series(
            words("settlement"), [words(f"cover_{state}") if state else "" for state in found["state"]], dtype=pl.String
        ),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )


def _step_rows(view: View, programme: str | None, step: str, name: str, amount: float) -> None:
    words = view.words
    most = int(app_limit("rows_in_table", view.publication.as_of))
    found = asked.step_rows(view.reader, view.scope, programme, step, most)
    st.subheader(words("rows_of", what=name))
    st.caption(words(f"step_{step}_help"))
    all_rows = int(found["all_rows"][0]) if found.height else 0
    total = float(found["all_yuan"][0]) if found.height else 0.0
    total_line(view, all_rows, yuan(total), yuan(amount))
    if not found.height:
        return
    ways.window(view, found.height, all_rows)
    ways.rows(
        view,
        _step_table(view, found),
        "step_rows",
        ("batch", "lines", "line"),
        found["batch_id"].to_list(),
        "batch_hint",
    )

    def everything() -> pl.DataFrame:
        return _step_table(view, asked.step_rows(view.reader, view.scope, programme, step, None))

    export(view, everything, "rows_behind", f"funds_{step}")


def _held(view: View, programme: str | None) -> int:
    """Days on the way; how high the chart is, for the one beside it."""
    words = view.words
    found = asked.transfers(view.reader, view.scope, programme)
    if not found.height:
        st.subheader(words("days_held"))
        st.info(words("no_transfers"))
        return 0
    most = int(app_limit("rows_in_chart", view.publication.as_of))
    places = (
        found.group_by("to_division").agg(pl.col("days").max()).sort("days", "to_division", descending=[True, False])
    )
    drawn = set(places.head(most)["to_division"])
    marks = [
        Held(
            row["transfer_id"],
            place_name(row["to_division"]),
            row["days"],
            row["received_on"] is not None,
            row["limit_days"],
            float(row["allocated_amount"]),
        )
        for row in found.iter_rows(named=True)
        if row["to_division"] in drawn
    ]
    figure = days_held(
        marks, (words("within_limit"), words("late_word"), words("on_its_way"), words("day_limit")), words("days")
    )
    bases = [f"basis_{one}" for one in sorted(set(found["basis"].drop_nulls()))]
    shown = found.select(
        pl.col("transfer_id").alias(words("transfer_id")),
        place_names(found["to_division"]).alias(words("division")),
        pl.col("days").alias(words("days_held_short")),
        pl.col("limit_days").alias(words("day_limit")),
        pl.col("allocated_amount").cast(pl.Float64).alias(words("allocated_yuan")),
        pl.col("allocated_on").alias(words("allocated_on")),
        pl.col("received_amount").cast(pl.Float64).alias(words("received_yuan")),
        pl.col("received_on").alias(words("received_on")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )
    late = found.filter(pl.col("days") > pl.col("limit_days")).height
    told = words("days_held_told", all=found.height, late=late)
    origin = "、".join(words(basis) for basis in bases) or words("state_NO_RULE_IN_FORCE")
    ways.chart(view, figure, "days_held", shown, told, values={"origin": origin})
    return days_height(len(drawn))


def _recorded(view: View, height: int) -> None:
    words = view.words
    most = int(app_limit("marks_in_chart", view.publication.as_of))
    found = asked.batches(view.reader, view.scope, most)
    if not found.height:
        st.subheader(words("paid_recorded"))
        st.info(words("no_batches"))
        return
    marks = [
        Compared(
            row["batch_id"],
            f"{row['batch_id']} {row['name'] or row['provider_id']}",
            float(row["recorded"]),
            float(row["paid"]),
            float(row["paid"]) - float(row["recorded"]) > 2 * _CENT,
        )
        for row in found.iter_rows(named=True)
    ]
    axes = (words("recorded"), words("paid"))
    told_words = (*axes, words("paid_above"), words("paid_below"))
    titles = [words("with_unit", name=name, unit=words("wan")) for name in axes]
    shown = found.select(
        pl.col("batch_id").alias(words("batch")),
        pl.col("name").fill_null("").alias(words("provider")),
        pl.col("last_month").dt.strftime("%Y-%m").alias(words("month")),
        *(
            pl.col(name).cast(pl.Float64).alias(words("with_unit", name=words(name), unit=words("yuan")))
            for name in ("settled", "recorded", "paid")
        ),
        (pl.col("paid") - pl.col("recorded")).cast(pl.Float64).alias(words("difference_yuan")),
        pl.col("lines").alias(words("lines_word")),
    )
    above = sum(mark.stands_out for mark in marks)
    told = words("paid_recorded_told", all=found["all_batches"][0], above=above)
    figure = paid_beside_recorded(marks, told_words, (titles[0], titles[1]), height)
    ways.chart(view, figure, "paid_recorded", shown, told, ("batch", "lines", "line"), ids=found["batch_id"].to_list())
    ways.window(view, found.height, int(found["all_batches"][0]), "first_marks")


def _usage(view: View) -> None:
    words, unit = view.words, view.words("wan")
    usage = usage_of.fund_usage(view.reader, view.scope)
    shown = usage.select(
        place_names(usage["division_code"]).alias(words("division")),
        pl.col("fiscal_year").cast(pl.String).alias(words("fiscal_year")),
        pl.Series(words("programme"), [words.code("programme", code) for code in usage["programme"]]),
        pl.Series(words("fund_source"), [words.code("fund_source", code) for code in usage["fund_source"]]),
        *[in_wan(name).alias(words("with_unit", name=words(name), unit=unit)) for name in _COUNTS],
    )
    st.subheader(words("usage_table"), help=words("funds_flow_definition"))
    table(view, shown, "fund_table", {words("programme"): st.column_config.TextColumn(width=158)})
    exact = usage.select(
        place_names(usage["division_code"]).alias(words("division")),
        pl.col("division_code").alias(words("division_code")),
        pl.col("fiscal_year").cast(pl.String).alias(words("fiscal_year")),
        pl.Series(words("programme"), [words.code("programme", code) for code in usage["programme"]]),
        pl.Series(words("fund_source"), [words.code("fund_source", code) for code in usage["fund_source"]]),
        *[
            pl.col(name).cast(pl.Float64).alias(words("with_unit", name=words(name), unit=words("yuan")))
            for name in _COUNTS
        ],
    )
    export(view, exact, "page_funds", "funds")


# ---- a batch ------------------------------------------------------------------------------------------------------


def _source(view: View, file: str | None, sheet: str | None, line: int | None) -> str:
    if not file:
        return ""
    words = view.words
    return f"{words('file')} {file}" + (f" · {words('sheet')} {sheet}" if sheet else "") + f" · {words('line')} {line}"


def _lines_table(view: View, lines: pl.DataFrame) -> pl.DataFrame:
    words = view.words
    coded = _coded(view, lines, {"visit_item": "service_item"})
    return coded.select(
        pl.Series(words("compared"), [words(f"line_{state}") for state in lines["state"]], dtype=pl.String),
        pl.col("line_id").alias(words("line_id")),
        pl.col("amount").cast(pl.Float64).alias(words("settled_yuan")),
        pl.col("visit_amount").cast(pl.Float64).alias(words("visit_yuan")),
        pl.col("hours").round(2).alias(words("settled_hours")),
        pl.col("visit_hours").round(2).alias(words("visit_hours")),
        pl.col("service_month").dt.strftime("%Y-%m").alias(words("service_month")),
        pl.col("visit_id").alias(words("visit_id")),
        pl.col("visit_on").alias(words("visit_on")),
        pl.col("visit_item").alias(words("visit_item")),
        pl.col("file").alias(words("line_file")),
        pl.col("sheet").alias(words("line_sheet")),
        pl.col("line").alias(words("line_line")),
        pl.col("visit_file").alias(words("visit_file")),
        pl.col("visit_sheet").alias(words("visit_sheet")),
        pl.col("visit_line").alias(words("visit_line")),
    )


def _pair(view: View, row: dict[str, Any]) -> None:
    """A line beside its visit."""
    words = view.words
    left, right = st.columns(2, border=True)
    with left:
        st.markdown(f"**{words('settled_line')}** `{row['line_id']}`")
        st.markdown(
            f"{words('amount_yuan')} **{yuan(row['amount'])}** · {words('settled_hours')} **{row['hours']:.2f}**  \n"
            f"{words('provider_code')} {row['provider_id']} · {words('service_month')} {row['service_month']:%Y-%m}"
        )
        st.caption(_source(view, row["file"], row["sheet"], row["line"]))
    with right:
        st.markdown(f"**{words('recorded_visit')}** `{row['visit_id']}`")
        if row["visit_file"] is None:
            st.warning(words(f"line_{row['state']}"))
            return
        st.markdown(
            f"{words('amount_yuan')} **{yuan(row['visit_amount'])}** · "
            f"{words('visit_hours')} **{row['visit_hours']:.2f}**  \n"
            f"{words('provider_code')} {row['visit_provider_id']} · {words('visit_on')} {row['visit_on']:%Y-%m-%d} · "
            f"{words.code('service_item', row['visit_item'])}"
        )
        st.caption(_source(view, row["visit_file"], row["visit_sheet"], row["visit_line"]))


def _batch_lines(view: View, batch_id: str, settled: float) -> None:
    words = view.words
    counted = asked.batch_states(view.reader, batch_id)
    states = {row["state"]: row for row in counted.iter_rows(named=True)}
    st.subheader(words("batch_lines"), help=words("batch_lines_definition"))
    written = {one: f"{words(f'line_{one}')} {states[one]['lines']:,}" for one in _LINE_STATES if one in states}
    state = ways.pills(view, "line_states", list(written), "lines", lambda one: written[one], ["line"])
    figure = float(states[state]["amount"]) if state else settled
    most = int(app_limit("rows_in_table", view.publication.as_of))
    lines = asked.batch_lines(view.reader, batch_id, state, most)
    all_rows = int(lines["all_rows"][0]) if lines.height else 0
    total_line(view, all_rows, yuan(float(lines["all_yuan"][0]) if lines.height else 0), yuan(figure))
    ways.window(view, lines.height, all_rows)
    chosen = ways.asked("line", lines["line_id"].to_list())
    if chosen:
        _pair(view, lines.row(by_predicate=pl.col("line_id") == chosen, named=True))
    wide = {words("compared"): st.column_config.TextColumn(width=110)}
    ways.rows(view, _lines_table(view, lines), "batch_lines", ("line",), lines["line_id"].to_list(), "line_hint", wide)

    def everything() -> pl.DataFrame:
        return _lines_table(view, asked.batch_lines(view.reader, batch_id, state, None))

    export(view, everything, "rows_behind", "batch_lines")


def _batch_payments(view: View, batch_id: str, paid: float) -> None:
    words = view.words
    payments = asked.batch_payments(view.reader, batch_id)
    st.subheader(words("batch_payments"))
    total_line(view, payments.height, yuan(float(payments["amount"].sum())), yuan(paid))
    shown = payments.select(
        pl.col("payment_id").alias(words("payment_id")),
        pl.col("paid_on").alias(words("paid_on")),
        pl.col("amount").cast(pl.Float64).alias(words("amount_yuan")),
        pl.col("covered").cast(pl.Float64).alias(words("covered_yuan")),
        pl.Series(words("settlement"), [words(f"cover_{state}") for state in payments["state"]], dtype=pl.String),
        place_names(payments["division_code"]).alias(words("division")),
        pl.col("file").alias(words("file")),
        pl.col("sheet").alias(words("sheet")),
        pl.col("line").alias(words("line")),
    )
    ways.rows(view, shown, "batch_payments")
    export(view, shown, "batch_payments", "batch_payments")


def _batch(view: View, batch_id: str) -> None:
    words = view.words
    found = asked.batch(view.reader, batch_id)
    payments = asked.batch_payments(view.reader, batch_id)
    if not found.height and not payments.height:
        ways.not_there(view, "batch", "lines", "line")
        return
    ways.back(view, "back_to_stages", "batch", "lines", "line")
    st.subheader(f"{words('batch')} {batch_id}")
    if not found.height:
        st.warning(words("batch_without_lines"))
        _batch_payments(view, batch_id, float(payments["amount"].sum()))
        return
    row = found.row(0, named=True)
    month: dt.date = row["last_month"]
    st.caption(
        f"{place_name(row['division_code'])} · {row['name'] or ''} {row['provider_id']} · "
        f"{words('service_month')} {month:%Y-%m} · {words.code('programme', row['programme'])}"
    )
    columns = st.columns(4)
    columns[0].metric(words("settled_yuan"), yuan(row["settled"]))
    columns[1].metric(words("visit_yuan"), yuan(row["recorded"]), help=words("recorded_help"))
    columns[2].metric(words("paid_yuan"), yuan(row["paid"]))
    odd = row["lines_off_platform"] + row["lines_that_differ"]
    columns[3].metric(words("odd_lines"), f"{odd:,} / {row['lines']:,}", help=words("odd_lines_help"))
    leads = asked.findings_on(view.reader, (batch_id,), _BATCH_RULES)
    for lead in leads.iter_rows(named=True):
        label = words("lead_on_batch", rule=lead["rule"], amount=yuan(lead["amount"]))
        ways.page_link(view, "finding", label, ":material/flag:", id=lead["finding_id"])
    _batch_payments(view, batch_id, float(row["paid"]))
    _batch_lines(view, batch_id, float(row["settled"]))


def show(view: View) -> None:
    """The page."""
    headline(view, "funds_question")
    batch_id = ways.asked("batch")
    if batch_id:
        _batch(view, batch_id)
        return
    programme = _programme(view)
    stages = asked.stages(view.reader, view.scope, programme)
    if not any(stages.values()):
        nothing(view)
        return
    settled = asked.settled_programmes(view.reader)
    is_settled = bool(settled) and (programme is None or programme in settled)
    _figures(view, stages, is_settled)
    _waterfall(view, programme, steps_of(stages, is_settled, programme is None))
    left, right = st.columns(2)
    with left:
        height = _held(view, programme)
    with right:
        _recorded(view, height)
    _usage(view)
    reach(view, ["budgets", "fund_transfers", "payments", "settlement_lines", "visits"])
