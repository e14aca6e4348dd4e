"""The job from a handful of files to a publication: the same one as the command line's."""

import datetime as dt
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.orchestration.definitions import defs
from pipelines.publishing import current, only_run, publications
from pipelines.run import Run, run_all
from pipelines.vault import PersonKeys, Vault, key_from_environment
from tests import planted
from tests.planted import ZHANG

KEY = "a key for tests"
FILES = {
    "elders_140500_20250601.csv": "身份证号,姓名,户籍区划,居住地,登记日期,家庭月人均收入\n"
    f"{ZHANG},王某,140502,140502,2020-01-01,987654\n",
    "budgets_140500_20250110.csv": "区划代码,预算年度,项目,资金来源,预算金额\n"
    "140502,2025,购买服务,市级资金,10\n140502,,购买服务,市级资金,1\n",
    "payments_140500_20250630.csv": "支付编号,项目,资金来源,预算年度,区划代码,收款人类型,收款人代码,收款人名称,支出用途,"
    f"支付金额,支付日期\n|[P1](x),,,2025,140502,老年人,{ZHANG},王某,老年人补贴,200,2025-05-01\n",
    "notes.docx": "",
}
# A person stands in all columns of all sources that can hold one.
PLANTED = {f"{source}_140500_20250630.csv": "\n".join(planted.rows(source)) for source in load_contracts()}


class Place:
    """A landing folder, a data folder, and the job over them."""

    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.landing, self.data = folder / "landing", folder / "data"
        self.landing.mkdir()
        for name, text in files.items():
            (self.landing / name).write_text(text, encoding="utf-8")

    def run(self, selection: list[dg.AssetKey] | None = None) -> dg.ExecuteInProcessResult:
        config = {"landing": str(self.landing), "data": str(self.data), "as_of": "2025-06-30"}
        with pytest.MonkeyPatch.context() as patch, dg.DagsterInstance.ephemeral() as instance:
            patch.setenv("OVERSIGHT_PSEUDONYM_KEY", KEY)
            return defs.resolve_job_def("everything").execute_in_process(
                run_config={"resources": {"warehouse": {"config": config}}},
                instance=instance,
                asset_selection=selection,
                raise_on_error=False,
            )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("place"), FILES)


@pytest.fixture(scope="module")
def result(place: Place) -> dg.ExecuteInProcessResult:
    return place.run()


def metadata(result: dg.ExecuteInProcessResult, *key: str) -> dict[str, object]:
    events = [event for event in result.get_asset_materialization_events() if event.asset_key == dg.AssetKey(list(key))]
    return {name: value.value for name, value in events[0].materialization.metadata.items()}


def test_the_job_publishes(place: Place, result: dg.ExecuteInProcessResult) -> None:
    assert result.success
    publication = current(place.data)
    assert publication is not None
    shown = metadata(result, "publication")
    assert shown["run"] == publication.manifest["run"]
    usage = pl.read_parquet(publication.folder / "fund_usage.parquet")
    assert shown["fund_usage"] == usage.height == 2
    assert sorted(usage["paid"].cast(pl.Float64)) == [0, 200]


def test_every_asset_is_made_and_every_check_answered(result: dg.ExecuteInProcessResult) -> None:
    assets = defs.get_repository_def().asset_graph
    made = {event.asset_key for event in result.get_asset_materialization_events()}
    assert made == assets.materializable_asset_keys
    answered = {(check.asset_key, check.check_name) for check in result.get_asset_check_evaluations()}
    assert answered == {(key.asset_key, key.name) for key in assets.asset_check_keys}


def test_the_counts_of_a_source_are_told(result: dg.ExecuteInProcessResult) -> None:
    shown = metadata(result, "landing", "budgets")
    counts = ("files", "rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined", "files loaded")
    assert [shown[name] for name in counts] == [1, 2, 1, 0, 1, 1]
    assert [metadata(result, "landing", "visits")[name] for name in ("files", "rows_read")] == [0, 0]


def test_a_doubtful_delivery_warns_and_stops_nothing(result: dg.ExecuteInProcessResult) -> None:
    evaluations = result.get_asset_check_evaluations()
    checks = {check.asset_key.path[-1]: check for check in evaluations if check.check_name == "delivery"}
    assert not checks["budgets"].passed
    assert checks["budgets"].severity == dg.AssetCheckSeverity.WARN
    assert r"budgets\_140500\_20250110.csv" in str(checks["budgets"].metadata["failed"].value)
    assert checks["visits"].passed


def test_previews_show_rows_as_text(result: dg.ExecuteInProcessResult) -> None:
    payments = str(metadata(result, "landing", "payments")["preview"]).splitlines()
    assert payments[0].startswith("| payment_id | programme |")
    # What an office typed stays text: no further cell, no link.
    assert payments[2].startswith(r"| \|\[P1\]\(x\) |")
    events = result.get_asset_materialization_events()
    assert "987654" not in "".join(str(event.materialization.metadata) for event in events)


def test_nothing_personal_is_in_any_event_whatever_the_source(tmp_path: Path) -> None:
    landed = Place(tmp_path, PLANTED).run([dg.AssetKey(["landing", source]) for source in load_contracts()])
    assert landed.success
    loaded = {source for source in load_contracts() if metadata(landed, "landing", source)["rows_loaded"]}
    assert loaded == set(load_contracts())
    told = "".join(str(event) for event in landed.all_events)
    ids = [ZHANG, "440308199901101512"]
    keys = PersonKeys(KEY).of(pl.Series(ids)).to_list()
    needles = [*ids, "110105491231002", *keys, *planted.NAMED, planted.BORN, planted.INCOME, planted.LONGITUDE]
    assert [needle for needle in needles if needle in told] == []
    for source, contract in load_contracts().items():
        preview = str(metadata(landed, "landing", source)["preview"])
        if any(contract.columns[name].pii for name in contract.key):
            assert preview == "Each row is a person: none is shown."
        else:
            shown = {name.strip() for name in preview.splitlines()[0].strip("|").split("|")}
            assert shown <= {name for name, column in contract.columns.items() if column.pii is None}
            assert len(preview.splitlines()) > 2, source


def test_the_same_inputs_publish_nothing_new(place: Place, result: dg.ExecuteInProcessResult) -> None:
    assert place.run().success
    assert len(publications(place.data)) == 1


def test_the_command_line_finds_its_own_publication(
    place: Place, result: dg.ExecuteInProcessResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OVERSIGHT_PSEUDONYM_KEY", KEY)
    run = Run(place.landing, place.data, Vault(place.data / "vault"), key_from_environment(), dt.date(2025, 6, 30))
    assert not run_all(run).is_new


def test_models_alone_say_what_they_need(place: Place, result: dg.ExecuteInProcessResult) -> None:
    alone = place.run([dg.AssetKey(["staging", "stg_visits"])])
    assert not alone.success
    assert "start the job everything" in str([event.event_specific_data for event in alone.get_step_failure_events()])
    assert not (place.data / "warehouse" / "build.duckdb").exists()


def test_a_second_run_at_once_fails_and_leaves_the_publication(place: Place, result: dg.ExecuteInProcessResult) -> None:
    with only_run(place.data):
        assert not place.run().success
    assert len(publications(place.data)) == 1
