"""How each place writes its exports: names of columns, wording of codes, forms of dates, kind of file."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import polars as pl

from pipelines.contracts import Contract, code_lists, load_contracts
from pipelines.demo.places import Place

Kind = Literal["csv", "tsv", "txt", "csv.gz", "xlsx", "parquet"]
XLSX_ROWS = 3_000


@dataclass(frozen=True)
class Style:
    """The habits of one office."""

    kind: Kind
    chinese_headers: bool
    chinese_labels: bool
    chinese_file_names: bool
    day: str
    encoding: Literal["utf-8", "utf-8-sig", "gb18030", "utf-16"] = "utf-8"


STYLES: dict[str, Style] = {
    "wuhai": Style("csv", True, True, True, "%Y-%m-%d", "utf-8-sig"),
    "kangbashi": Style("xlsx", True, True, False, "%Y/%-m/%-d"),
    "weihai": Style("tsv", False, False, False, "%Y-%m-%d"),
    "nangang": Style("csv", True, True, True, "%Y年%-m月%-d日", "gb18030"),
    "jincheng": Style("csv", True, True, False, "%Y%m%d"),
}
# Units that stand in the header: the value is multiplied, then rounded to the digits given.
UNITS: dict[tuple[str, str, str], tuple[str, float, int]] = {
    ("wuhai", "settlement_lines", "hours"): ("分钟", 60, 0),
    ("wuhai", "facilities", "land_area"): ("公顷", 1 / 10_000, 4),
    ("kangbashi", "facilities", "building_area"): ("平方米", 1, 2),
    ("jincheng", "budgets", "amount"): ("万元", 1 / 10_000, 6),
    ("nangang", "payments", "amount"): ("元", 1, 2),
}


@dataclass(frozen=True)
class Table:
    """A table to be written as one file: hidden columns (beginning with `_`) are not written."""

    source: str
    place: Place
    division: str
    day: date
    frame: pl.DataFrame
    part: str = ""

    @property
    def contract(self) -> Contract:
        """The contract of the table's source."""
        return load_contracts()[self.source]


def style_of(table: Table) -> Style:
    """The habits of the place, with the few exceptions that bring every kind of file into the demo."""
    style = STYLES[table.place.slug]
    if style.kind == "xlsx" and table.frame.height > XLSX_ROWS:
        style = replace(style, kind="csv")
    match table.place.slug, table.source:
        case "weihai", "health_checks":
            return replace(style, kind="parquet")
        case "nangang", "complaints":
            return replace(style, kind="txt", encoding="utf-16")
        case "jincheng", "visits" if table.day.month == 2:
            return replace(style, kind="csv.gz")
        case "jincheng", "facilities" | "residential_areas":
            return replace(style, kind="xlsx")
    return style


def file_name(table: Table, style: Style) -> str:
    """`<source>_<division>_<day>[_<part>].<ext>`, the source by its own name or its first Chinese one."""
    name = table.contract.zh[0] if style.chinese_file_names else table.source
    part = f"_{table.part}" if table.part else ""
    return f"{name}_{table.division}_{table.day:%Y%m%d}{part}.{style.kind}"


def _labels(code_list: str) -> dict[str, str]:
    return {code: entry.label_zh for code, entry in code_lists()[code_list].items()}


def _unit(table: Table, column: str) -> tuple[str, float, int] | None:
    return UNITS.get((table.place.slug, table.source, column))


def header(table: Table, style: Style, column: str) -> str:
    """The heading of a column, with its unit where the place writes one."""
    known = table.contract.columns[column]
    text = known.zh[-1 if table.place.slug == "jincheng" else 0] if style.chinese_headers else column
    unit = _unit(table, column)
    return f"{text}({unit[0]})" if unit else text


def _rendered(table: Table, style: Style, column: str) -> pl.Expr:
    """One column as it is written; a workbook keeps days and numbers as they are."""
    known = table.contract.columns[column]
    value, typed = pl.col(column), style.kind in {"xlsx", "parquet"}
    unit = _unit(table, column)
    match known.base_type:
        case "code" if style.chinese_labels and known.code_list:
            value = value.replace_strict(_labels(known.code_list), default=value)
        case "codes":
            value = value.replace_strict(_several(table.frame[column], known.code_list or "", style), default=None)
        case "bool":
            value = pl.when(value).then(pl.lit("是")).otherwise(pl.when(~value).then(pl.lit("否")))
        case "date" if not typed:
            value = value.dt.strftime(style.day)
        case "datetime" if not typed:
            value = value.dt.strftime(f"{style.day} %H:%M:%S")
        case "month":
            value = value.dt.strftime("%Y年%-m月" if style.day.endswith("日") else "%Y-%m")
        case "yuan" | "hours" | "m2" if unit:
            scaled = (value * unit[1]).round(unit[2])
            value = scaled if unit[2] else scaled.cast(pl.Int64)
        case "yuan" if not typed:
            value = value.cast(pl.Float64).cast(pl.Decimal(18, 2))
    return value.alias(header(table, style, column))


def _several(values: pl.Series, code_list: str, style: Style) -> dict[str, str | None]:
    """What stands in a cell of several codes: Chinese wording with the enumeration comma, or codes with a bar."""
    labels = _labels(code_list) if style.chinese_labels else {}
    mark = "、" if style.chinese_labels else "|"
    distinct = [str(value) for value in values.unique().drop_nulls()]
    return {"": None} | {
        value: mark.join(labels.get(code, code) for code in value.split("|")) for value in distinct if value
    }


def render(table: Table, style: Style) -> pl.DataFrame:
    """The table as it is written: headings, wording and forms of the place; columns that it does not have are left out."""
    present = [column for column in table.contract.columns if column in table.frame.columns]
    return table.frame.lazy().select(_rendered(table, style, column) for column in present).collect()
