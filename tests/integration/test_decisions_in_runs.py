"""Decisions and runs: what people decided survives a rebuild, feeds the next publication, and is named by it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines.cli import main
from pipelines.decisions import Head, open_store
from pipelines.decisions.store import URL_VARIABLE
from pipelines.publishing import clear_leftovers
from pipelines.run import Outcome, Run, run_all, step_decisions, step_land, step_prepare
from pipelines.vault import PersonKeys, Vault
from tests.integration.test_run import AS_OF, FILES

AREAS = "residential_areas_371000_20250630.csv"


def call(data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--data", str(data)])


def add(data: Path, finding_id: str, state: str, reason: str, *more: str) -> int:
    given = ["--state", state, "--reason", reason, *more]
    return call(data, "decisions", "add", finding_id, *given).exit_code


@dataclass(frozen=True)
class Decided:
    """A run, a finding of it on which somebody decided, and the run after that."""

    job: Run
    before: Outcome
    finding_id: str
    codes: list[int]
    after: Outcome

    @property
    def data(self) -> Path:
        return self.job.data


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Decided]:
    home = tmp_path_factory.mktemp("decided")
    (home / "landing").mkdir()
    for name, text in FILES.items():
        (home / "landing" / name).write_text(text, encoding="utf-8")
    data = home / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(URL_VARIABLE, raising=False)
        job = Run(home / "landing", data, Vault(data / "vault"), PersonKeys("a key for tests"), AS_OF)
        before = run_all(job)
        assert not (data / "decisions").exists()
        finding_id = pl.read_parquet(before.publication.folder / "findings.parquet").filter(rule="A01")["finding_id"][0]
        codes = [
            add(data, "A01-0000000000000000", "checking", "核查"),
            add(data, finding_id, "upheld", "核查"),
            add(data, finding_id, "checking", " "),
            add(data, finding_id, "checking", "实地测量"),
            add(data, finding_id, "upheld", "面积确实不足"),
            add(data, finding_id, "checking", "核查", "--from-state", "to_check"),
        ]
        yield Decided(job, before, finding_id, codes, run_all(job))


def test_commands_say_by_their_exit_code_what_happened(decided: Decided) -> None:
    assert decided.codes == [2, 2, 2, 0, 0, 1]
    shown = json.loads(call(decided.data, "decisions", "show", decided.finding_id, "--json").output)
    assert [one["state"] for one in shown] == ["checking", "upheld"]
    listed = json.loads(call(decided.data, "decisions", "list", "--state", "upheld", "--json").output)
    assert [one["finding_id"] for one in listed] == [decided.finding_id]
    log = json.loads(call(decided.data, "log", "show", "--json").output)
    assert [one["action"] for one in log] == ["refusal", "decision", "decision", "refusal", "refusal"]
    assert call(decided.data, "decisions", "verify").exit_code == 0


def test_a_decision_makes_a_new_publication_that_names_the_head(decided: Decided) -> None:
    assert decided.before.publication.manifest["decisions"] == {"count": 0, "hash": "0" * 64}
    head = open_store(decided.data).head()
    assert decided.after.is_new
    assert decided.after.publication.manifest["decisions"] == {"count": 2, "hash": head.hash}
    assert not run_all(decided.job).is_new


def test_the_models_get_the_verdicts(decided: Decided) -> None:
    decisions = step_decisions(decided.job)
    step_prepare(decided.job, step_land(decided.job), decisions)
    with duckdb.connect(str(decided.job.database), read_only=True) as connection:
        found = connection.execute("select finding_id, verdict, decided_at from raw.decisions").fetchall()
    clear_leftovers(decided.data)
    assert found == decisions.verdicts.rows()
    assert [row[:2] for row in found] == [(decided.finding_id, "upheld")]


def test_an_end_that_was_cut_off_is_told_by_the_publications(decided: Decided, tmp_path: Path) -> None:
    data = shutil.copytree(decided.data, tmp_path / "data")
    out = tmp_path / "out.jsonl"
    assert call(data, "decisions", "export", "--out", str(out)).exit_code == 0
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["hash"] == open_store(data).head().hash
    (data / "decisions" / "decisions.sqlite").unlink()
    assert open_store(data).head() == Head()
    emptied = call(data, "decisions", "verify", "--json")
    assert emptied.exit_code == 1
    assert json.loads(emptied.output)["faults"][0]["reason"] == "missing"


def test_a_rebuild_from_corrected_files_loses_no_decision(decided: Decided, tmp_path: Path) -> None:
    """The area in question was measured anew: the finding is gone, the decision stands, and it is said why."""
    landing = shutil.copytree(decided.job.landing, tmp_path / "landing")
    data = shutil.copytree(decided.data, tmp_path / "data")
    job = replace(decided.job, landing=landing, data=data, vault=Vault(data / "vault"))
    corrected = FILES[AREAS].replace("199.99", "200").replace("500,,2025-06-30", "500,100,2025-06-30")
    (landing / AREAS).write_text(corrected, encoding="utf-8")
    shutil.rmtree(data / "raw")
    (data / "ledger.json").unlink()
    assert run_all(job).publication.manifest["decisions"]["count"] == 2
    (gone,) = json.loads(call(data, "decisions", "vanished", "--json").output)
    assert (gone["finding_id"], gone["why"], gone["also"]) == (decided.finding_id, "data_changed", [])
    assert call(data, "decisions", "list").output.splitlines()[-1] == "1 findings"
    assert call(data, "decisions", "verify").exit_code == 0
