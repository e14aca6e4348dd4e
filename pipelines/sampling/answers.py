"""Reading a worksheet back: the answers, and the proof that the rows are still those that were drawn.

The hashes show accidents and careless changes. Who forges both can forge a worksheet; who wants to be sure of it draws again
from the population (`evaluate --data`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import polars as pl
import python_calamine as calamine

from pipelines.sampling.draws import Plan, Stratum
from pipelines.sampling.ordering import population_hash, yuan
from pipelines.sampling.problems import WorksheetProblem
from pipelines.sampling.worksheet import DRAW, HEADERS, ORIGIN, RESULTS, SAMPLE, STRATA, Result, disarmed, draw_hash_of


@dataclass(frozen=True)
class Row:
    """A drawn row and what was answered. audited_fen: what the amount should be, where the answer says so."""

    row_key: str
    stratum: str
    fen: int
    result: Result | None
    audited_fen: int | None


@dataclass(frozen=True)
class Worksheet:
    """A worksheet that is the one that was drawn. origin: where its population came from, as it was written."""

    plan: Plan
    origin: Mapping[str, str]
    population_rows: int
    population_fen: int
    population_hash: str
    sample_hash: str
    interval_fen: int | None
    strata: tuple[Stratum, ...]
    rows: tuple[Row, ...]


def _fen(cell: object, where: str) -> int | None:
    """An amount as a person or a spreadsheet wrote it. Empty: None."""
    text = str(cell).strip().replace(",", "").replace("，", "")
    if text == "":
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise WorksheetProblem(f"{where}: {text!r} is no amount") from error
    if not value.is_finite():
        raise WorksheetProblem(f"{where}: {text!r} is no amount")
    return int((value * 100).to_integral_value(rounding="ROUND_HALF_UP"))


def _required_fen(cell: object, where: str) -> int:
    fen = _fen(cell, where)
    if fen is None:
        raise WorksheetProblem(f"{where} is empty")
    return fen


def _answer(cells: Mapping[str, object], fen: int, where: str) -> tuple[Result | None, int | None]:
    word = str(cells["result"]).strip()
    audited = _fen(cells["audited"], f"{where}, {HEADERS['audited']}")
    if audited is not None and audited < 0 <= fen:
        raise WorksheetProblem(f"{where}: the audited amount is below zero")
    if word == "":
        return None, None
    if word not in RESULTS:
        raise WorksheetProblem(f"{where}: {word!r} is none of {'、'.join(RESULTS)}")
    result = RESULTS[word]
    if result == "right" and audited not in {None, fen}:
        raise WorksheetProblem(
            f"{where}: {word} with another amount than the book's: choose 不属实, or clear the amount"
        )
    match result:
        case "right":
            return result, fen
        case "wrong":
            return result, audited or 0
        case "unverifiable":
            return result, None


def _sheets(path: Path) -> dict[str, list[list[Any]]]:
    try:
        with calamine.load_workbook(str(path)) as book:
            names = book.sheet_names
            missing = [name for name in (SAMPLE, DRAW, STRATA) if name not in names]
            if missing:
                raise WorksheetProblem(f"{path.name} has no sheet {', '.join(missing)}: it is no worksheet of a draw")
            return {name: book.get_sheet_by_name(name).to_python() for name in (SAMPLE, DRAW, STRATA)}
    except calamine.CalamineError as error:
        raise WorksheetProblem(f"{path.name} is no workbook that can be read: {error}") from error


def _plan(said: Mapping[str, str]) -> Plan:
    method: Any = said["method"]
    allocation: Any = said["allocation"]
    return Plan(
        method,
        said["seed"],
        float(said["confidence"]),
        Decimal(said["tolerable"]) if said["tolerable"] else None,
        Decimal(said["expected"]),
        int(said["size"]) if said["size"] else None,
        tuple(said["by"].split("|")) if said["by"] else (),
        tuple(Decimal(bound) for bound in said["bounds"].split("|")) if said["bounds"] else (),
        allocation,
        int(said["minimum"]),
    )


def _sample(cells: list[list[Any]]) -> tuple[Row, ...]:
    header = [str(cell).strip() for cell in cells[0]] if cells else []
    wanted = ("row_key", "stratum", "amount", "result", "audited")
    missing = [HEADERS[name] for name in wanted if HEADERS[name] not in header]
    if missing:
        raise WorksheetProblem(f"{SAMPLE} has no column {', '.join(missing)}")
    places = {name: header.index(HEADERS[name]) for name in wanted}
    rows = []
    for line, row in enumerate(cells[1:], 2):
        if all(str(cell).strip() == "" for cell in row):
            continue
        where = f"{SAMPLE}, row {line}"
        found = {name: row[place] for name, place in places.items()}
        fen = _required_fen(found["amount"], f"{where}, {HEADERS['amount']}")
        result, audited = _answer(found, fen, where)
        rows.append(Row(disarmed(str(found["row_key"])), disarmed(str(found["stratum"])), fen, result, audited))
    return tuple(rows)


def _stratum(cells: list[Any]) -> Stratum:
    try:
        rows, drawn = int(cells[1]), int(cells[3])
    except ValueError as error:
        raise WorksheetProblem(f"{STRATA}: {cells[1]!r} or {cells[3]!r} is no number of rows") from error
    return Stratum(disarmed(str(cells[0])), rows, _required_fen(cells[2], STRATA), drawn)


def read(path: Path) -> Worksheet:
    """Read a worksheet back. Raises `WorksheetProblem` where rows are not those drawn or an answer makes no sense."""
    sheets = _sheets(path)
    said = {str(row[0]): disarmed(str(row[3])) for row in sheets[DRAW][1:] if len(row) > 3}
    missing = [name for name in ("method", "seed", "sample_hash", "draw_hash") if name not in said]
    if missing:
        raise WorksheetProblem(f"{DRAW} does not say {', '.join(missing)}")
    strata = tuple(_stratum(row) for row in sheets[STRATA][1:])
    proof = said.pop("draw_hash")
    if draw_hash_of(said, strata) != proof:
        raise WorksheetProblem(f"the sheets {DRAW} or {STRATA} are not as they were drawn: their hash differs")
    rows = _sample(sheets[SAMPLE])
    drawn = pl.DataFrame(
        {
            "row_key": [row.row_key for row in rows],
            "stratum": [row.stratum for row in rows],
            "amount": [yuan(row.fen) for row in rows],
        },
        schema={"row_key": pl.String, "stratum": pl.String, "amount": pl.Decimal(18, 2)},
    )
    if population_hash(drawn, "stratum") != said["sample_hash"]:
        raise WorksheetProblem(
            f"the rows of {SAMPLE} are not those that were drawn ({len(rows)} here, {said['sampled']} drawn): rows were "
            "added, deleted or exchanged, or a key, stratum or book amount was changed"
        )
    named = [name for name in said if name in ORIGIN]
    return Worksheet(
        _plan(said),
        {name: said[name] for name in named},
        int(said["rows"]),
        _required_fen(said["yuan"], DRAW),
        said["population_hash"],
        said["sample_hash"],
        _fen(said["interval"], DRAW),
        strata,
        rows,
    )
