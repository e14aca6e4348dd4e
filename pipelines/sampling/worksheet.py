"""The worksheet of a draw, as it is written for people to fill in. `answers` reads it back.

Four sheets: what to do, the sample, how it was drawn, the strata. Each text that a spreadsheet could take for a formula is
armed with an apostrophe, which reading takes off again. Two hashes guard it: that of the drawn rows, and that of all that
the draw says of itself.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import polars as pl
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet as Sheet

from pipelines.sampling.draws import Draw, Plan, Stratum
from pipelines.sampling.ordering import yuan

Result = Literal["right", "wrong", "unverifiable"]
RESULTS: Mapping[str, Result] = {"属实": "right", "不属实": "wrong", "无法核实": "unverifiable"}

INSTRUCTIONS, SAMPLE, DRAW, STRATA = "填写说明 Instructions", "样本 Sample", "抽样 Draw", "分层 Strata"

HEADERS: Mapping[str, str] = {
    "number": "序号 No.",
    "row_key": "编号 Key",
    "stratum": "层 Stratum",
    "amount": "账面金额(元) Book amount (yuan)",
    "provider": "机构 Provider",
    "item": "项目 Item",
    "result": "核查结果 Result",
    "audited": "审定金额(元) Audited amount (yuan)",
    "remark": "备注 Remark",
    "checker": "核查人 Checker",
    "checked_on": "核查日期 Date",
}
_ANSWERS = ("result", "audited", "remark", "checker", "checked_on")

_TEXT = (
    ("如何填写", "How to fill in this workbook"),
    (
        "只填写“样本”表右侧黄色五列；其余单元格请勿改动，不要增删行。可以筛选。",
        "Fill in only the five yellow columns on the right of the sheet Sample. Leave all other cells as they are; add or "
        "delete no row. Filtering is fine.",
    ),
    (
        "核查结果只能选：属实（服务、付款与记录一致）；不属实（不一致、全部或部分虚假）；无法核实（已尽力仍不能确认）。",
        "Result is one of: 属实 (true: the service or payment is as recorded), 不属实 (not true, in full or in part), "
        "无法核实 (could not be verified in spite of all efforts).",
    ),
    (
        "不属实的，在“审定金额”中填写经核实应为的金额；留空按 0 元（全额有误）计。属实的留空即可。",
        "Where it is not true, enter the amount that it should be; empty counts as 0 yuan, the whole amount in error. "
        "Where it is true, leave it empty.",
    ),
    (
        "未填写的行和无法核实的行绝不视为正确：评价时分别列出，并按全额有误计入上限。",
        "Rows without an answer, and rows that could not be verified, are never taken as correct: they are listed and "
        "counted in full as errors in the upper limit.",
    ),
    (
        "不要换样本：找不到人、打不通电话，请填“无法核实”并在备注中说明。",
        "Never put another row in place of a drawn one: where nobody can be reached, choose 无法核实 and say why.",
    ),
    (
        "表中没有姓名、电话、证件号；人员以代码表示，由有权限的人员在保密库中查对。",
        "There are no names, telephone numbers or ids here; people are shown by key, and those allowed look them up in the "
        "vault.",
    ),
    (
        "货币单位抽样的层：top 为金额不小于抽样间隔、必查的行；drawn 为按间隔抽取的行；outside 为不大于零、未参与抽取的行。",
        "Strata of a sample by monetary units: top, rows of at least an interval, all of them checked; drawn, rows drawn by "
        "the interval; outside, rows of zero or less, not drawn from.",
    ),
    (
        "“抽样”表载明种子、方法、参数和总体哈希，他人据此可以重抽并得到同一样本。",
        "The sheet Draw has seed, method, parameters and population hash, with which another person draws the same sample.",
    ),
    (
        "填好后运行：oversight sample evaluate 本文件",
        "Then run: oversight sample evaluate THIS-FILE",
    ),
)

_NAMES: Mapping[str, tuple[str, str]] = {
    "source": ("数据来源", "Source"),
    "run": ("发布批次", "Publication run"),
    "fingerprint": ("发布指纹", "Publication fingerprint"),
    "as_of": ("数据截止日", "As of"),
    "jurisdiction": ("地区", "Place"),
    "provider": ("机构", "Provider"),
    "programme": ("资金项目", "Programme"),
    "first": ("起始日", "First day"),
    "last": ("截止日", "Last day"),
    "file": ("总体文件", "Population file"),
    "key_column": ("编号列", "Column of keys"),
    "amount_column": ("金额列", "Column of amounts"),
    "provider_column": ("机构列", "Column of providers"),
    "item_column": ("项目列", "Column of items"),
    "method": ("抽样方法", "Method"),
    "seed": ("种子", "Seed"),
    "confidence": ("置信度", "Confidence"),
    "tolerable": ("可容忍误差", "Tolerable error"),
    "expected": ("预计误差", "Expected error"),
    "size": ("指定样本量", "Size asked for"),
    "by": ("分层依据", "Stratified by"),
    "bounds": ("金额分界", "Bounds of amount classes"),
    "allocation": ("样本分配", "Allocation"),
    "minimum": ("每层最少", "Least rows of a stratum"),
    "rows": ("总体行数", "Rows of the population"),
    "yuan": ("总体金额(元)", "Yuan of the population"),
    "population_hash": ("总体哈希", "Population hash"),
    "interval": ("抽样间隔(元)", "Sampling interval (yuan)"),
    "start": ("随机起点(元)", "Random start (yuan)"),
    "sampled": ("样本行数", "Rows of the sample"),
    "sample_hash": ("样本哈希", "Sample hash"),
    "draw_hash": ("抽样哈希", "Hash of this sheet and of the strata"),
}


ORIGIN = frozenset(list(_NAMES)[: list(_NAMES).index("method")])
"""What says where a population came from: all that stands before the method."""


def armed(text: str) -> str:
    """Text that no spreadsheet takes for a formula; `disarmed` gives it back."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "'")) else text


def disarmed(text: str) -> str:
    """What `armed` was given."""
    return text.removeprefix("'")


def described(draw: Draw, plan: Plan, origin: Mapping[str, str]) -> dict[str, str]:
    """All that a draw says of itself, as text."""

    def written(value: object) -> str:
        return "" if value is None else str(value)

    def money(fen: int | None) -> str:
        return "" if fen is None else f"{yuan(fen):.2f}"

    said = {
        **origin,
        "method": plan.method,
        "seed": plan.seed,
        "confidence": repr(plan.confidence),
        "tolerable": written(plan.tolerable),
        "expected": written(plan.expected),
        "size": written(plan.size),
        "by": "|".join(plan.by),
        "bounds": "|".join(map(str, plan.bounds)),
        "allocation": plan.allocation,
        "minimum": str(plan.minimum),
        "rows": str(draw.rows),
        "yuan": money(draw.fen),
        "population_hash": draw.population_hash,
        "interval": money(draw.interval_fen),
        "start": money(draw.start_fen),
        "sampled": str(draw.sample.height),
        "sample_hash": draw.sample_hash,
    }
    return {**said, "draw_hash": draw_hash_of(said, draw.strata)}


def draw_hash_of(said: Mapping[str, str], strata: Iterable[Stratum]) -> str:
    rows = [[stratum.name, stratum.rows, stratum.fen, stratum.drawn] for stratum in strata]
    text = json.dumps([sorted(said.items()), sorted(rows)], ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _write_cell(sheet: Sheet, row: int, column: int, value: object, formats: Mapping[str, Format]) -> None:
    match value:
        case None:
            sheet.write_blank(row, column, None, formats["fixed"])
        case Decimal():
            sheet.write_number(row, column, float(value), formats["yuan"])
        case int() | float():
            sheet.write_number(row, column, value, formats["fixed"])
        case dt.datetime():
            sheet.write_string(row, column, f"{value:%Y-%m-%d %H:%M}", formats["fixed"])
        case _:
            sheet.write_string(row, column, armed(str(value)), formats["fixed"])


def _write_sample(sheet: Sheet, sample: pl.DataFrame, formats: Mapping[str, Format]) -> None:
    first = ("row_key", "stratum", "amount", "provider", "item")
    facts = [name for name in sample.columns if name not in first]
    columns = ["number", *first, *facts, *_ANSWERS]
    for column, name in enumerate(columns):
        sheet.write_string(0, column, HEADERS.get(name, name), formats["head"])
    for number, row in enumerate(sample.select(*first, *facts).iter_rows(), 1):
        for column, value in enumerate((number, *row)):
            _write_cell(sheet, number, column, value, formats)
        for column in range(len(row) + 1, len(columns)):
            name = columns[column]
            sheet.write_blank(number, column, None, formats[name if name in formats else "answer"])
    last = sample.height
    places = {name: columns.index(name) for name in _ANSWERS}

    def validate(name: str, rule: dict[str, Any]) -> None:
        sheet.data_validation(1, places[name], last, places[name], {"ignore_blank": True, **rule})

    validate(
        "result",
        {
            "validate": "list",
            "source": list(RESULTS),
            "error_title": "核查结果 Result",
            "error_message": "请选择 属实、不属实 或 无法核实。Choose one of the three.",
        },
    )
    validate(
        "audited",
        {
            "validate": "decimal",
            "criteria": ">=",
            "value": 0,
            "error_title": "审定金额 Audited amount",
            "error_message": "请填写不小于 0 的金额（元）。Enter yuan, 0 or more.",
        },
    )
    validate(
        "checked_on",
        {
            "validate": "date",
            "criteria": ">=",
            "value": dt.date(2000, 1, 1),
            "error_title": "核查日期 Date",
            "error_message": "请填写日期，如 2025-07-01。Enter a day such as 2025-07-01.",
        },
    )
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, last, len(columns) - 1)
    sheet.set_column(0, 0, 7)
    sheet.set_column(1, len(columns) - 1, 18)
    sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})


def _write_instructions(sheet: Sheet, formats: Mapping[str, Format]) -> None:
    for row, (zh, en) in enumerate(_TEXT):
        kind = formats["head" if row == 0 else "text"]
        sheet.write_string(row, 0, zh, kind)
        sheet.write_string(row, 1, en, kind)
    sheet.set_column(0, 1, 70)


def _write_draw(sheet: Sheet, said: Mapping[str, str], formats: Mapping[str, Format]) -> None:
    for column, title in enumerate(("name", "项目", "Item", "value")):
        sheet.write_string(0, column, title, formats["head"])
    for row, (name, value) in enumerate(said.items(), 1):
        for column, text in enumerate((name, *_NAMES[name], armed(value))):
            sheet.write_string(row, column, text, formats["fixed"])
    sheet.set_column(0, 2, 24)
    sheet.set_column(3, 3, 70)
    sheet.protect()


def _write_strata(sheet: Sheet, strata: Sequence[Stratum], formats: Mapping[str, Format]) -> None:
    for column, title in enumerate(("层 Stratum", "行数 Rows", "金额(元) Yuan", "抽取 Drawn")):
        sheet.write_string(0, column, title, formats["head"])
    for row, stratum in enumerate(strata, 1):
        for column, value in enumerate((stratum.name, stratum.rows, yuan(stratum.fen), stratum.drawn)):
            _write_cell(sheet, row, column, value, formats)
    sheet.set_column(0, 0, 50)
    sheet.set_column(1, 3, 18)
    sheet.protect()


def write(path: Path, draw: Draw, shown: pl.DataFrame, plan: Plan, origin: Mapping[str, str], made_on: dt.date) -> None:
    """Write the worksheet of a draw; `shown` is its sample as people read it. The same draw gives the same bytes: `made_on`
    is the day that stands in the file.

    Raises `FileExistsError`: a worksheet may hold answers, and is never written over.
    """
    with path.open("xb") as file:
        book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        book.set_properties({"created": dt.datetime.combine(made_on, dt.time(0))})
        answer = {"bg_color": "#FFF7D6", "border": 1, "border_color": "#D9D9D9", "locked": False}
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "fixed": book.add_format({"num_format": "@"}),
            "yuan": book.add_format({"num_format": "#,##0.00"}),
            "answer": book.add_format(answer),
            "audited": book.add_format({**answer, "num_format": "#,##0.00"}),
            "checked_on": book.add_format({**answer, "num_format": "yyyy-mm-dd"}),
        }
        _write_instructions(book.add_worksheet(INSTRUCTIONS), formats)
        _write_sample(book.add_worksheet(SAMPLE), shown, formats)
        _write_draw(book.add_worksheet(DRAW), described(draw, plan, origin), formats)
        _write_strata(book.add_worksheet(STRATA), draw.strata, formats)
        book.close()
