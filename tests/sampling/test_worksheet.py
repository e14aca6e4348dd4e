"""Worksheets: what is written, what is read back, and what gives a changed one away."""

import datetime as dt
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.sampling import answers, worksheet
from pipelines.sampling.draws import Draw, Plan, draw
from pipelines.sampling.problems import WorksheetProblem
from pipelines.sampling.worksheet import DRAW, RESULTS, SAMPLE, STRATA, armed, disarmed
from tests.sampling.books import Rows, answered, cells, changed, column, save
from tests.sampling.populations import SCHEMA, population

DAY = dt.date(2025, 6, 30)
ORIGIN = {"source": "payments", "run": "000001-20250630-abc", "as_of": "2025-06-30"}
PLANS = [
    Plan("simple", "=1+1", 0.95, Decimal("0.05"), size=12),
    Plan("stratified", "s", 0.9, size=20, by=("provider", "amount"), bounds=(Decimal(50),)),
    Plan("monetary_unit", "s", 0.95, Decimal(5000)),
]


def written(folder: Path, plan: Plan = PLANS[0], rows: pl.DataFrame | None = None) -> tuple[Path, Draw]:
    drawn = draw(population(200) if rows is None else rows, plan)
    path = folder / "sheet.xlsx"
    worksheet.write(path, drawn, drawn.sample, plan, ORIGIN, DAY)
    return path, drawn


@pytest.mark.parametrize("plan", PLANS)
def test_what_is_written_is_read_back(tmp_path: Path, plan: Plan) -> None:
    path, drawn = written(tmp_path, plan)
    read = answers.read(path)
    assert (read.plan, read.origin) == (plan, ORIGIN)
    assert (read.population_rows, read.population_fen) == (drawn.rows, drawn.fen)
    assert (read.population_hash, read.sample_hash) == (drawn.population_hash, drawn.sample_hash)
    assert (read.strata, read.interval_fen) == (drawn.strata, drawn.interval_fen)
    sample = [(row.row_key, row.stratum, row.fen) for row in read.rows]
    assert sample == [
        (key, stratum, int(amount * 100))
        for key, stratum, amount in drawn.sample.select("row_key", "stratum", "amount").iter_rows()
    ]
    assert all(row.result is None for row in read.rows)


def test_the_same_draw_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    assert written(tmp_path)[0].read_bytes() == written(tmp_path / "second")[0].read_bytes()


def test_a_worksheet_is_never_written_over(tmp_path: Path) -> None:
    path, drawn = written(tmp_path)
    with pytest.raises(FileExistsError):
        worksheet.write(path, drawn, drawn.sample, PLANS[0], ORIGIN, DAY)


def test_answers_are_offered_and_all_else_is_locked(tmp_path: Path) -> None:
    path, _ = written(tmp_path)
    with zipfile.ZipFile(path) as parts:
        xml = parts.read("xl/worksheets/sheet2.xml").decode()
    assert "sheetProtection" in xml
    assert ",".join(RESULTS) in xml
    assert xml.count("<dataValidation ") == 3


@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=8))
def test_no_text_begins_like_a_formula_and_each_comes_back(text: str) -> None:
    assert not armed(text).startswith(("=", "+", "-", "@"))
    assert disarmed(armed(text)) == text


def test_keys_that_look_like_formulas_are_defused(tmp_path: Path) -> None:
    keys = ["=1+1", "+86", "-5", "@a", "'quoted", "_x0041_", " x ", "007", "1e5", "中文"]
    rows = pl.DataFrame([(key, Decimal("1.10"), "=p", "") for key in keys], schema=SCHEMA, orient="row")
    path, _ = written(tmp_path, Plan("simple", "s", 0.95, size=10), rows)
    shown = [row[1] for row in cells(path)[SAMPLE][1:]]
    assert not [text for text in shown if text.startswith(("=", "+", "-", "@"))]
    assert sorted(row.row_key for row in answers.read(path).rows) == sorted(keys)


def test_answers_are_understood(tmp_path: Path) -> None:
    path, drawn = written(tmp_path)
    keys = drawn.sample["row_key"].to_list()
    given_answers: dict[str, tuple[str, Any]] = {
        keys[0]: ("属实", ""),
        keys[1]: (" 不属实 ", "1,2"),
        keys[2]: ("不属实", 0.125),
        keys[3]: ("不属实", ""),
        keys[4]: ("无法核实", ""),
        keys[5]: ("", 3),
    }
    read = answers.read(answered(path, lambda key, _amount: given_answers.get(key, ("", ""))))
    found = {row.row_key: (row.result, row.audited_fen, row.fen) for row in read.rows}
    assert found[keys[0]][:2] == ("right", found[keys[0]][2])
    assert [found[key][:2] for key in keys[1:6]] == [
        ("wrong", 1200),
        ("wrong", 13),
        ("wrong", 0),
        ("unverifiable", None),
        (None, None),
    ]


def test_sorted_rows_are_still_the_sample(tmp_path: Path) -> None:
    path, drawn = written(tmp_path)

    def turn(sheets: dict[str, Rows]) -> None:
        sheets[SAMPLE][1:] = sheets[SAMPLE][:0:-1]

    assert len(answers.read(changed(path, turn)).rows) == drawn.sample.height


def _cell(sheet: str, row: int, place: int, value: object) -> Callable[[dict[str, Rows]], None]:
    def change(sheets: dict[str, Rows]) -> None:
        sheets[sheet][row][place] = value

    return change


def _deleted(sheets: dict[str, Rows]) -> None:
    del sheets[SAMPLE][3]


def _repeated(sheets: dict[str, Rows]) -> None:
    sheets[SAMPLE][3] = list(sheets[SAMPLE][4])


def _added(sheets: dict[str, Rows]) -> None:
    sheets[SAMPLE].append([99, "P99999", *sheets[SAMPLE][1][2:]])


def _parameter(name: str, value: str) -> Callable[[dict[str, Rows]], None]:
    def change(sheets: dict[str, Rows]) -> None:
        next(row for row in sheets[DRAW] if row[0] == name)[3] = value

    return change


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (_deleted, "not those that were drawn"),
        (_repeated, "not those that were drawn"),
        (_added, "not those that were drawn"),
        (_cell(SAMPLE, 1, 1, "P00000x"), "not those that were drawn"),
        (_cell(SAMPLE, 1, 3, 0.01), "not those that were drawn"),
        (_parameter("seed", "another"), "their hash differs"),
        (_parameter("tolerable", "0.5"), "their hash differs"),
        (_parameter("rows", "2"), "their hash differs"),
        (_parameter("sample_hash", "0" * 64), "their hash differs"),
        (_cell(STRATA, 1, 1, 5), "their hash differs"),
        (_cell(STRATA, 1, 1, "many"), "is no number of rows"),
        (_cell(SAMPLE, 1, 3, ""), "is empty"),
        (_cell(SAMPLE, 0, 3, "other"), "has no column"),
        (_cell(DRAW, 1, 0, "other"), "their hash differs"),
    ],
)
def test_a_changed_worksheet_is_told(tmp_path: Path, change: Callable[[dict[str, Rows]], None], problem: str) -> None:
    path, _ = written(tmp_path)
    with pytest.raises(WorksheetProblem, match=problem):
        answers.read(changed(path, change))


@pytest.mark.parametrize(
    ("result", "audited", "problem"),
    [
        ("也许", "", "none of"),
        ("不属实", "一百", "no amount"),
        ("不属实", "nan", "no amount"),
        ("不属实", -1, "below zero"),
        ("属实", 0.01, "another amount"),
    ],
)
def test_answers_without_sense_are_told_with_their_row(
    tmp_path: Path, result: str, audited: object, problem: str
) -> None:
    rows = population(200, refunds=False)
    path, _ = written(tmp_path, PLANS[0], rows)

    def spoil(sheets: dict[str, Rows]) -> None:
        sheets[SAMPLE][2][column(sheets, "result")] = result
        sheets[SAMPLE][2][column(sheets, "audited")] = audited

    with pytest.raises(WorksheetProblem, match=f"row 3.*{problem}"):
        answers.read(changed(path, spoil))


def test_other_files_are_no_worksheets(tmp_path: Path) -> None:
    text = tmp_path / "text.xlsx"
    text.write_text("not a workbook")
    with pytest.raises(WorksheetProblem, match="no workbook"):
        answers.read(text)
    other = save(tmp_path / "other.xlsx", {"a": [[1]]})
    with pytest.raises(WorksheetProblem, match="has no sheet"):
        answers.read(other)
    bare = save(tmp_path / "bare.xlsx", {SAMPLE: [["a"]], DRAW: [["name"]], STRATA: [["a"]]})
    with pytest.raises(WorksheetProblem, match="does not say"):
        answers.read(bare)
