"""What Dagster loads, and when runs begin: keys, lineage, schedule, sensor and settings. No step is run here."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.contracts import load_contracts
from pipelines.orchestration import places, schedules
from pipelines.orchestration.definitions import defs
from pipelines.orchestration.serve import home
from pipelines.paths import DBT_PROJECT

PINNED = Path(__file__).with_name("asset_keys.txt")


def graph() -> Any:
    return defs.get_repository_def().asset_graph


def test_asset_keys_are_those_that_are_pinned() -> None:
    # An asset that is lost on the way fails nothing else: a run reports success without it. After a change on purpose,
    # write what this test shows into asset_keys.txt.
    found = sorted(key.to_user_string() for key in graph().get_all_asset_keys())
    assert found == PINNED.read_text(encoding="utf-8").splitlines()


def test_lineage_runs_from_each_source_to_the_publication() -> None:
    assets = graph()
    publication = dg.AssetKey("publication")
    for source in load_contracts():
        landed = dg.AssetKey(["landing", source])
        assert dg.AssetKey(["staging", f"stg_{source}"]) in assets.get(landed).child_keys
        seen, waiting = set[dg.AssetKey](), [landed]
        while waiting:
            key = waiting.pop()
            waiting += [child for child in assets.get(key).child_keys if child not in seen]
            seen |= assets.get(key).child_keys
        assert publication in seen, source


def test_deliveries_and_publication_have_checks() -> None:
    checks = {(key.asset_key.to_user_string(), key.name) for key in graph().asset_check_keys}
    assert {(f"landing/{source}", "delivery") for source in load_contracts()} <= checks
    assert ("publication", "publication") in checks


def test_every_run_is_in_one_process() -> None:
    assert defs.resolve_job_def("everything").executor_def.name == "in_process"
    assert defs.resolve_implicit_global_asset_job_def().executor_def.name == "in_process"


def test_the_schedule_is_as_of_the_day_before_in_china() -> None:
    at = dt.datetime(2025, 6, 30, 18, 30, tzinfo=dt.UTC)  # 02:30 on 1 July in China
    run = schedules.nightly.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at)).run_requests
    assert run is not None
    assert run[0].run_config["resources"]["warehouse"]["config"]["as_of"] == "2025-06-30"


def test_a_fixed_day_goes_before_all_others(monkeypatch: pytest.MonkeyPatch) -> None:
    day = dt.date(2025, 6, 30)
    monkeypatch.delenv("OVERSIGHT_AS_OF", raising=False)
    assert places.as_of(day) == day
    monkeypatch.setenv("OVERSIGHT_AS_OF", "2025-03-31")
    assert places.as_of(day) == dt.date(2025, 3, 31)


def test_a_run_started_by_hand_needs_no_settings() -> None:
    assert dg.validate_run_config(defs.resolve_job_def("everything"), {})


def test_assets_are_grouped_by_room() -> None:
    assets = graph()
    groups = {assets.get(key).group_name for key in assets.materializable_asset_keys}
    rooms = {folder.name for folder in (DBT_PROJECT / "models").iterdir() if folder.is_dir()}
    assert groups == {"landing", "seeds", "publishing", *rooms}


class Looks:
    """The sensor, look after look."""

    def __init__(self) -> None:
        self.cursor: str | None = None

    def look(self) -> int:
        """How many runs a look starts."""
        tick = schedules.landing_folder.evaluate_tick(dg.build_sensor_context(cursor=self.cursor))
        self.cursor = tick.cursor
        return len(tick.run_requests or [])


@pytest.fixture
def landing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("OVERSIGHT_LANDING", str(tmp_path / "landing"))
    (tmp_path / "landing" / "office").mkdir(parents=True)
    return tmp_path / "landing"


def test_files_that_lie_still_start_one_run(landing: Path) -> None:
    looks = Looks()
    assert [looks.look(), looks.look()] == [0, 0]
    file = landing / "office" / "visits_20250630.csv"
    file.write_text("half", encoding="utf-8")
    assert looks.look() == 0
    file.write_text("half and more", encoding="utf-8")
    assert looks.look() == 0
    assert [looks.look(), looks.look(), looks.look()] == [1, 0, 0]
    (landing / "elders_20250630.csv").write_text("", encoding="utf-8")
    assert [looks.look(), looks.look(), looks.look()] == [0, 1, 0]
    file.write_text("HALF and more", encoding="utf-8")
    assert [looks.look(), looks.look(), looks.look()] == [0, 1, 0]


def test_the_cursor_stays_small_and_tells_no_file(landing: Path) -> None:
    for number in range(300):
        (landing / f"visits_20250630_{number}.csv").write_text("", encoding="utf-8")
    looks = Looks()
    looks.look()
    assert looks.cursor is not None
    assert set(json.loads(looks.cursor)) == {"seen", "done"}
    assert len(looks.cursor) < 300


def test_a_missing_landing_folder_starts_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OVERSIGHT_LANDING", str(tmp_path / "nowhere"))
    looks = Looks()
    assert [looks.look(), looks.look()] == [0, 0]


def test_dagster_takes_the_settings(tmp_path: Path) -> None:
    with dg.DagsterInstance.from_config(str(home(tmp_path))) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 1
