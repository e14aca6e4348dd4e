"""Populations: the rows that the models counted, whichever way they are read; and the two commands from end to end."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines import modelling
from pipelines.cli import main
from pipelines.paths import POLICY
from pipelines.publishing import Publication, current, publish
from pipelines.sampling import populations
from pipelines.sampling.populations import Scope, Source
from pipelines.sampling.problems import UnfitPopulation, UnknownPopulation
from tests.models.conftest import Loads
from tests.sampling.books import answered, cells, changed
from tests.sampling.populations import of_fen, population

AS_OF = dt.date(2025, 6, 30)
PROVIDERS = ("91350100M000100Y43", "91110000100000000A")


def visit(key: str, day: str, provider: str = PROVIDERS[0], division: str = "140502", **more: object) -> dict[str, Any]:
    at = dt.datetime.fromisoformat(day)
    return {
        "visit_id": key,
        "programme": "purchased_service",
        "division_code": division,
        "elder_id": f"elder{key}",
        "worker_id": "worker1",
        "provider_id": provider,
        "service_item": "bathing",
        "started_at": at,
        "ended_at": at + dt.timedelta(hours=1),
        "charged_amount": Decimal(60),
        "subsidy_amount": Decimal("40.50"),
        **more,
    }


def line(key: str, visit_id: str, month: str, amount: str, division: str = "140502") -> dict[str, Any]:
    return {
        "line_id": key,
        "batch_id": "B1",
        "programme": "purchased_service",
        "division_code": division,
        "provider_id": PROVIDERS[0],
        "visit_id": visit_id,
        "service_month": dt.date.fromisoformat(month),
        "hours": 1.0,
        "amount": Decimal(amount),
    }


def payment(key: str, day: str, amount: str, payee: str = PROVIDERS[0], kind: str = "provider") -> dict[str, Any]:
    return {
        "payment_id": key,
        "fiscal_year": 2025,
        "division_code": "140502",
        "payee_kind": kind,
        "payee_id": payee,
        "payee_account": "account",
        "purpose": "service_fee",
        "amount": Decimal(amount),
        "paid_on": dt.date.fromisoformat(day),
    }


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a publication, in which files revise rows of earlier ones."""
    folder = tmp_path_factory.mktemp("data")
    loads = Loads(folder)
    loads.send("visits", "2025-05-05", [visit(f"V{n}", "2025-04-01T09:00") for n in range(6)])
    loads.send(
        "visits",
        "2025-07-05",
        [
            visit("V1", "2025-04-02T10:00", PROVIDERS[1]),
            visit("V2", "2025-07-01T08:00"),
            visit("V7", "2025-06-30T23:30", division="371002"),
            visit("V8", "2025-07-01T00:00"),
        ],
    )
    loads.send(
        "settlement_lines", "2025-05-05", [line(f"L{n}", f"V{n}", "2025-04-01", f"{n + 1}.10") for n in range(4)]
    )
    loads.send(
        "settlement_lines",
        "2025-07-05",
        [
            line("L1", "V1", "2025-06-01", "99"),
            line("L2", "none", "2025-04-01", "3"),
            line("L9", "V7", "2025-07-01", "5"),
        ],
    )
    loads.send("payments", "2025-07-05", [payment(f"P{n}", "2025-05-01", f"{n * 1000}.55") for n in range(1, 30)])
    loads.send(
        "payments",
        "2025-07-06",
        [
            payment("P1", "2025-05-02", "-7"),
            payment("P50", "2025-05-02", "9", "elder1", "elder"),
            payment("P60", "2025-07-01", "9"),
        ],
    )
    loads.make()
    # Only the staging models: what the rows are compared with.
    wanted = ["run", "--select", "superseded_rows", "stg_visits", "stg_settlement_lines", "stg_payments"]
    modelling._results(modelling._dbt(wanted, loads.database, modelling.variables(AS_OF, None)))

    def write(making: Path) -> None:
        with duckdb.connect(str(loads.database), read_only=True) as connection:
            traced = connection.sql("select *, _file as file, _sheet as sheet, _line as line from staging.stg_payments")
            traced.write_parquet(str(making / "trace_payments.parquet"))
            connection.sql("from raw.files").write_parquet(str(making / "files.parquet"))
        pl.read_csv(POLICY / "jurisdictions.csv", infer_schema=False).write_parquet(
            making / "policy_jurisdictions.parquet"
        )

    publish(folder, "a" * 64, AS_OF, write, lambda _folder: {})
    yield folder


def standing(data: Path) -> Publication:
    publication = current(data)
    assert publication is not None
    return publication


def rows(data: Path, source: Source, **scope: Any) -> pl.DataFrame:
    return populations.published(data, standing(data), source, Scope(**scope))


@pytest.mark.parametrize(
    ("source", "query"),
    [
        ("visits", "select visit_id, subsidy_amount, _file, _line from staging.stg_visits"),
        ("settlement_lines", "select line_id, amount, _file, _line from staging.stg_settlement_lines"),
        ("payments", "select payment_id, amount, _file, _line from staging.stg_payments"),
    ],
)
def test_the_population_is_what_the_models_counted(data: Path, source: Source, query: str) -> None:
    with duckdb.connect(str(data / "warehouse" / "run.duckdb"), read_only=True) as connection:
        counted = connection.execute(query).fetchall()
    found = rows(data, source).select("row_key", "amount", "file", "line").rows()
    assert sorted(found) == sorted(counted)
    assert len(found) > 3


def test_settlement_lines_know_their_visit(data: Path) -> None:
    found = {row["row_key"]: row for row in rows(data, "settlement_lines").iter_rows(named=True)}
    assert (found["L0"]["item"], found["L0"]["elder_id"]) == ("bathing", "elderV0")
    assert (found["L2"]["item"], found["L2"]["elder_id"]) == ("", None)
    assert found["L1"]["started_at"] == dt.datetime(2025, 4, 2, 10)


def test_scopes(data: Path) -> None:
    def keys(source: Source, **scope: Any) -> list[str]:
        return rows(data, source, **scope)["row_key"].to_list()

    assert keys("visits", jurisdiction="weihai") == ["V7"]
    assert keys("visits", provider=PROVIDERS[1]) == ["V1"]
    assert keys("visits", first=dt.date(2025, 4, 2), last=dt.date(2025, 6, 29)) == ["V1"]
    assert keys("visits", last=dt.date(2025, 4, 1)) == ["V0", "V3", "V4", "V5"]
    assert keys("visits", programme="meal_subsidy") == []
    assert len(keys("payments", programme=None)) == 30
    assert keys("payments", provider="") == ["P50"]
    with pytest.raises(UnknownPopulation, match="weihai"):
        keys("visits", jurisdiction="nowhere")


def test_rows_that_are_not_there_any_more_are_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownPopulation, match="not there any more"):
        populations.published(tmp_path, standing(data), "visits", Scope())
    with pytest.raises(UnknownPopulation, match="nothing is published"):
        populations.publication_of(tmp_path, None)
    with pytest.raises(UnknownPopulation, match="no publication x"):
        populations.publication_of(data, "x")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_population_from_a_file_has_only_the_named_columns(tmp_path: Path, kind: str) -> None:
    frame = population(30).rename({"row_key": "id", "amount": "yuan"}).with_columns(name=pl.lit("王某"))
    path = tmp_path / f"population.{kind}"
    frame.write_csv(path) if kind == "csv" else frame.write_parquet(path)
    found = populations.given(path, "id", "yuan", "provider")
    assert found.columns == ["row_key", "amount", "provider", "item"]
    assert found["amount"].to_list() == frame["yuan"].to_list()
    assert found["item"].unique().to_list() == [""]


@pytest.mark.parametrize(("amount", "problem"), [("12.345", "no amount"), ("x", "no amount"), ("", "no amount")])
def test_amounts_that_are_none_are_told(tmp_path: Path, amount: str, problem: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f'id,yuan\na,1\nb,"{amount}"\n')
    with pytest.raises(UnfitPopulation, match=problem):
        populations.given(path, "id", "yuan")
    with pytest.raises(UnfitPopulation, match="has no column other"):
        populations.given(path, "id", "other")


def call(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


PLAN = ("--seed", "7", "--confidence", "0.95", "--method")


def test_from_a_publication_to_an_evaluation(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.xlsx"
    drawn = call(
        "sample", "draw", "--data", data, "--source", "payments", *PLAN, "monetary_unit", "--tolerable", 60000, "--out", out
    )  # fmt: skip
    assert drawn.exit_code == 0, drawn.output
    text = json.dumps(list(cells(out).values()), ensure_ascii=False, default=str)
    assert "account" not in text
    assert "服务费 service_fee" in text
    assert standing(data).manifest["run"] in text
    filled = answered(out, lambda key, amount: ("不属实", amount / 2) if key == "P29" else ("属实", ""))
    result = call("sample", "evaluate", filled, "--data", data, "--json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.output)
    assert document["as_errors"][0]["estimate"] == pytest.approx(29000.55 / 2, abs=0.01)
    assert document["as_errors"][0]["upper"] > 60000 * 0.99
    assert call("sample", "evaluate", filled).output.startswith("样本")


@pytest.mark.parametrize("method", ["simple", "stratified"])
@pytest.mark.parametrize("source", ["visits", "settlement_lines"])
def test_visits_and_settlement_lines_can_be_drawn_again(data: Path, tmp_path: Path, method: str, source: str) -> None:
    out = tmp_path / "sheet.xlsx"
    by = ("--by", "provider", "--by", "amount", "--amount-bound", "4") if method == "stratified" else ()
    drawn = call("sample", "draw", "--data", data, "--source", source, *PLAN, method, *by, "--size", 3, "--out", out)
    assert drawn.exit_code == 0, drawn.output
    result = call(
        "sample", "evaluate", answered(out, lambda _key, _amount: ("属实", "")), "--data", data, "--lang", "en"
    )
    assert result.exit_code == 0, result.output
    assert "0 wrong" in result.output


def file_draw(tmp_path: Path) -> tuple[Path, Path]:
    path, out = tmp_path / "population.csv", tmp_path / "sheet.xlsx"
    of_fen([1000 * n for n in range(1, 60)]).write_csv(path)
    columns = ("--key-column", "row_key", "--amount-column", "amount")
    drawn = call("sample", "draw", "--population", path, *columns, *PLAN, "simple", "--size", 9, "--out", out)
    assert drawn.exit_code == 0, drawn.output
    return path, out


def test_another_population_is_told(tmp_path: Path) -> None:
    path, out = file_draw(tmp_path)
    assert call("sample", "evaluate", out, "--population", path).exit_code == 0
    path.write_text(path.read_text().replace("1000", "1001").replace("k3,", "kx,"))
    result = call("sample", "evaluate", out, "--population", path)
    assert result.exit_code == 1
    assert "the population is another one" in result.output


def test_a_forged_sample_is_told_by_drawing_again(tmp_path: Path) -> None:
    """Both hashes are made anew after another row was put in: only the draw itself can tell."""
    from pipelines.sampling import answers
    from pipelines.sampling.ordering import population_hash
    from pipelines.sampling.worksheet import DRAW, SAMPLE, draw_hash_of

    path, out = file_draw(tmp_path)
    keys = {row.row_key for row in answers.read(out).rows}
    other = next(f"k{n}" for n in range(59) if f"k{n}" not in keys)

    def forge(sheets: dict[str, list[list[Any]]]) -> None:
        sheets[SAMPLE][1][1], sheets[SAMPLE][1][3] = other, (int(other[1:]) + 1) * 10.0
        sample = [(row[1], row[2], Decimal(str(row[3]))) for row in sheets[SAMPLE][1:]]
        schema = {"row_key": pl.String, "stratum": pl.String, "amount": pl.Decimal(18, 2)}
        frame = pl.DataFrame(sample, schema=schema, orient="row")
        said = {row[0]: row[3] for row in sheets[DRAW][1:]}
        said["sample_hash"] = population_hash(frame, "stratum")
        said.pop("draw_hash")
        said["draw_hash"] = draw_hash_of(said, answers.read(out).strata)
        for row in sheets[DRAW][1:]:
            row[3] = said[row[0]]

    forged = changed(out, forge)
    assert call("sample", "evaluate", forged).exit_code == 0
    result = call("sample", "evaluate", forged, "--population", path)
    assert result.exit_code == 1
    assert "the sample is another one" in result.output


def test_calls_that_make_no_sense_are_told(data: Path, tmp_path: Path) -> None:
    path, out = file_draw(tmp_path)
    again = call("sample", "draw", "--population", path, *PLAN, "simple", "--size", 3, "--out", out)
    assert (again.exit_code, "not written over" in again.output) == (2, True)
    new = tmp_path / "new.xlsx"
    for wrong, words in [
        (("--population", path, *PLAN, "simple", "--size", 3), "--key-column"),
        ((*PLAN, "simple", "--size", 3), "either --data"),
        (("--data", data, *PLAN, "simple", "--size", 3), "either --data"),
        (("--data", data, "--source", "visits", *PLAN, "simple"), "a size or a tolerable error"),
        (("--data", data, "--source", "visits", *PLAN, "simple", "--tolerable", "x"), "no number"),
        (("--data", data, "--source", "visits", "--run", "x", *PLAN, "simple", "--size", 3), "no publication"),
    ]:
        result = call("sample", "draw", *wrong, "--out", new)
        assert (result.exit_code, words in result.output) == (2, True), result.output
        assert not new.exists()
    assert "with --population" in call("sample", "evaluate", out, "--data", data).output
