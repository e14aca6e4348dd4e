"""What a filled-in worksheet says: the projected error with its upper limit, told in words or as a document.

A row without an answer, or one that could not be verified, is never taken as correct. Everything is worked out twice: with
these rows counted in full as errors (ISA 530, paragraph 11, has the auditor do so), which is the result; and without them,
as if they were like the others, for comparison. A row of the top stratum stands for itself alone: it is in error either way.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

from pipelines.sampling.answers import Row, Worksheet
from pipelines.sampling.draws import DRAWN, TOP
from pipelines.sampling.estimates import (
    StratumResult,
    can_be_estimated,
    most_errors,
    poisson_factor,
    stratified_errors,
    stratified_total,
    stringer_bound,
)
from pipelines.statistics import clopper_pearson, upper_share

Language = Literal["zh", "en"]
Reading = Literal["as_errors", "left_out"]


@dataclass(frozen=True)
class Figure:
    """One estimate. name: error_rate (a share of rows), error_yuan, overstated_yuan or understated_yuan (yuan).

    upper is one-sided, low and high are two-sided, at the confidence of the draw. None: the method gives no such number.
    """

    name: str
    method: str
    estimate: float
    standard_error: float | None = None
    low: float | None = None
    high: float | None = None
    upper: float | None = None


@dataclass(frozen=True)
class Counts:
    """The drawn rows by answer."""

    drawn: int
    right: int
    wrong: int
    unverifiable: int
    unanswered: int


@dataclass(frozen=True)
class Evaluation:
    """figures: with open rows as errors, and without them (empty where too few answers are left to say anything).

    is_tolerable: whether the upper limit, open rows being errors, is within the tolerable error; None where none was given.
    """

    confidence: float
    tolerable: Decimal | None
    counts: Counts
    open_rows: tuple[str, ...]
    as_errors: tuple[Figure, ...]
    left_out: tuple[Figure, ...]
    is_tolerable: bool | None

    def document(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "tolerable": None if self.tolerable is None else float(self.tolerable)}


@dataclass(frozen=True)
class _Checked:
    stratum: str
    fen: int
    is_wrong: bool
    error_fen: int


def _is_open(row: Row) -> bool:
    return row.result in {None, "unverifiable"}


def _as_error(row: Row) -> _Checked:
    # A refund that nobody could verify makes no other row's error smaller.
    return _Checked(row.stratum, row.fen, True, max(row.fen, 0))


def _checked(rows: Sequence[Row], reading: Reading) -> list[_Checked]:
    found = []
    for row in rows:
        if _is_open(row):
            if reading == "as_errors" or row.stratum == TOP:
                found.append(_as_error(row))
        else:
            found.append(_Checked(row.stratum, row.fen, row.result == "wrong", row.fen - (row.audited_fen or 0)))
    return found


def _monetary(sheet: Worksheet, rows: Sequence[_Checked]) -> tuple[Figure, ...]:
    sampled = [row for row in rows if row.stratum == DRAWN]
    top = [row.error_fen for row in rows if row.stratum == TOP]
    stratum = next((stratum for stratum in sheet.strata if stratum.name == DRAWN), None)
    drawn_fen = stratum.fen if stratum else 0
    over, under = sum(max(error, 0) for error in top), sum(max(-error, 0) for error in top)
    if not drawn_fen or sheet.interval_fen is None:
        return _overstated(over, over), Figure("understated_yuan", "projection", under / 100)
    if not sampled:
        return ()
    # Fewer rows than were drawn stand for the same money: each for more of it.
    interval = sheet.interval_fen * (stratum.drawn if stratum else 0) / len(sampled)
    taintings = [row.error_fen / row.fen for row in sampled]
    bound = stringer_bound([part for part in taintings if part > 0], interval, poisson_factor(sheet.plan.confidence))
    upper = over + min(bound.upper, drawn_fen)
    projected = over + min(bound.projected, drawn_fen)
    understated = under + math.fsum(-part for part in taintings if part < 0) * interval
    return _overstated(projected, upper), Figure("understated_yuan", "projection", understated / 100)


def _overstated(projected_fen: float, upper_fen: float) -> Figure:
    return Figure("overstated_yuan", "stringer", projected_fen / 100, upper=upper_fen / 100)


def _strata(sheet: Worksheet, rows: Sequence[_Checked]) -> tuple[list[StratumResult], list[StratumResult]]:
    wrong, yuan = [], []
    for stratum in sheet.strata:
        own = [row for row in rows if row.stratum == stratum.name]
        wrong.append(StratumResult.of(stratum.rows, [float(row.is_wrong) for row in own]))
        yuan.append(StratumResult.of(stratum.rows, [row.error_fen / 100 for row in own]))
    return wrong, yuan


def _simple_rates(errors: int, drawn: int, rows: int, confidence: float) -> tuple[Figure, ...]:
    two_sided = (1 + confidence) / 2
    low = (rows - most_errors(drawn - errors, drawn, rows, two_sided)) / rows
    high = most_errors(errors, drawn, rows, two_sided) / rows
    upper = most_errors(errors, drawn, rows, confidence) / rows
    exact = clopper_pearson(errors, drawn, confidence)
    share = errors / drawn
    return (
        Figure("error_rate", "hypergeometric", share, None, low, high, upper),
        Figure(
            "error_rate", "clopper_pearson", share, None, exact.low, exact.high, upper_share(errors, drawn, confidence)
        ),
    )  # fmt: skip


def _rows_drawn(sheet: Worksheet, rows: Sequence[_Checked]) -> tuple[Figure, ...]:
    wrong, yuan = _strata(sheet, rows)
    if not rows or not can_be_estimated(wrong):
        return ()
    confidence = sheet.plan.confidence
    money = stratified_total(yuan, confidence)
    amount = Figure(
        "error_yuan", "difference", money.total, money.standard_error, money.interval.low, money.interval.high,
        money.upper,
    )  # fmt: skip
    if sheet.plan.method == "simple":
        errors = sum(row.is_wrong for row in rows)
        return *_simple_rates(errors, len(rows), sheet.population_rows, confidence), amount
    count, total = stratified_errors(wrong, confidence), sheet.population_rows
    rate = Figure(
        "error_rate", "stratified", count.total / total, count.standard_error / total, count.interval.low / total,
        count.interval.high / total, count.upper / total,
    )  # fmt: skip
    return rate, amount


def evaluate(sheet: Worksheet) -> Evaluation:
    """Project what was found to the population."""
    figures: dict[Reading, tuple[Figure, ...]] = {}
    readings: tuple[Reading, ...] = ("as_errors", "left_out")
    for reading in readings:
        rows = _checked(sheet.rows, reading)
        by_money = sheet.plan.method == "monetary_unit"
        figures[reading] = _monetary(sheet, rows) if by_money else _rows_drawn(sheet, rows)
    results = [row.result for row in sheet.rows]
    counts = Counts(
        len(results),
        results.count("right"),
        results.count("wrong"),
        results.count("unverifiable"),
        results.count(None),
    )
    upper = figures["as_errors"][0].upper if figures["as_errors"] else None
    tolerable = sheet.plan.tolerable
    return Evaluation(
        sheet.plan.confidence,
        tolerable,
        counts,
        tuple(row.row_key for row in sheet.rows if _is_open(row)),
        figures["as_errors"],
        figures["left_out"],
        None if tolerable is None or upper is None else upper <= float(tolerable),
    )


_WORDS: dict[str, tuple[str, str]] = {
    "error_rate": ("差错率", "Rate of rows in error"),
    "error_yuan": ("差错金额(元)", "Yuan in error, net"),
    "overstated_yuan": ("多计金额(元)", "Yuan overstated"),
    "understated_yuan": ("少计金额(元)", "Yuan understated"),
    "stringer": ("Stringer 界，货币单位抽样", "Stringer bound, monetary units"),
    "projection": ("推断", "projection, without a limit"),
    "hypergeometric": ("超几何，精确", "hypergeometric, exact"),
    "clopper_pearson": ("二项，Clopper–Pearson", "binomial, Clopper-Pearson"),
    "stratified": ("分层估计，Korn–Graubard 区间", "stratified, limits of Korn and Graubard"),
    "difference": ("差额估计，t 区间", "difference estimate, limits of t"),
    "as_errors": ("未核实的行按全额有误计（结论依据）", "Open rows counted in full as errors (the result)"),
    "left_out": ("不含未核实的行（仅供比较）", "Without the open rows (for comparison only)"),
    "nothing": ("可用的行太少，不能推断", "too few rows to say anything"),
}


def _number(value: float, name: str) -> str:
    return f"{value:.2%}" if name == "error_rate" else f"{value:,.2f}"


def _line(figure: Figure, confidence: float, place: int) -> str:
    name, method = _WORDS[figure.name][place], _WORDS[figure.method][place]
    parts = [f"{name}: {_number(figure.estimate, figure.name)}"]
    if figure.upper is not None:
        parts.append(
            (f"{confidence:.0%} 上限 ", f"{confidence:.0%} upper limit ")[place] + _number(figure.upper, figure.name)
        )
    if figure.low is not None and figure.high is not None:
        limits = f"{_number(figure.low, figure.name)} – {_number(figure.high, figure.name)}"
        parts.append((f"{confidence:.0%} 区间 ", f"{confidence:.0%} interval ")[place] + limits)
    if figure.standard_error is not None:
        parts.append(("标准误 ", "standard error ")[place] + _number(figure.standard_error, figure.name))
    return "  " + ("，", ", ")[place].join(parts) + f"  [{method}]"


def in_words(evaluation: Evaluation, lang: Language) -> str:
    """The evaluation as a text for a terminal."""
    place, counts = (0 if lang == "zh" else 1), evaluation.counts
    lines = [
        (
            f"样本 {counts.drawn} 行：属实 {counts.right}，不属实 {counts.wrong}，无法核实 {counts.unverifiable}，"
            f"未填写 {counts.unanswered}",
            f"{counts.drawn} rows drawn: {counts.right} right, {counts.wrong} wrong, {counts.unverifiable} could not be "
            f"verified, {counts.unanswered} without an answer",
        )[place]
    ]
    if evaluation.open_rows:
        shown = ", ".join(evaluation.open_rows[:20]) + (" ..." if len(evaluation.open_rows) > 20 else "")
        lines.append(("未核实的行: ", "Open rows: ")[place] + shown)
    groups = [("as_errors", evaluation.as_errors)]
    if evaluation.open_rows:
        groups.append(("left_out", evaluation.left_out))
    for name, figures in groups:
        lines += ["", _WORDS[name][place]]
        lines += [_line(figure, evaluation.confidence, place) for figure in figures] or [
            f"  {_WORDS['nothing'][place]}"
        ]
    if evaluation.is_tolerable is not None:
        limit = f"{evaluation.tolerable:,f}"
        verdict = (
            (f"上限不超过可容忍误差 {limit}", f"The upper limit is within the tolerable error of {limit}.")
            if evaluation.is_tolerable
            else (
                f"上限超过可容忍误差 {limit}：不能得出总体可接受的结论",
                f"The upper limit is above the tolerable error of {limit}: the population cannot be accepted as it stands.",
            )
        )
        lines += ["", verdict[place]]
    return "\n".join(lines)
