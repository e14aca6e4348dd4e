"""Publications: complete or not there at all, one run at a time, old ones retired."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.publishing import RunUnderWay, clear_leftovers, current, only_run, publications, publish, switch

AS_OF = dt.date(2025, 6, 30)


def write(folder: Path) -> None:
    pl.DataFrame({"a": [1, 2]}).write_parquet(folder / "table.parquet")


def describe(_folder: Path) -> dict[str, Any]:
    return {"period_start": "2025-01-01"}


def put(data: Path, mark: str, keep: int = 12) -> str:
    return publish(data, mark, AS_OF, write, describe, keep).manifest["run"]


def test_a_publication_has_a_manifest_and_is_current(tmp_path: Path) -> None:
    assert current(tmp_path) is None
    name = put(tmp_path, "a" * 64)
    publication = current(tmp_path)
    assert publication is not None
    assert (publication.folder.name, name) == (name, "000001-20250630-aaaaaaaaaaaa")
    assert publication.manifest["tables"]["table"]["rows"] == 2
    assert publication.manifest["fingerprint"] == "a" * 64


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.mark.parametrize("moment", ["write", "describe", "manifest", "rename", "switch"])
def test_whatever_breaks_the_last_publication_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    first = put(tmp_path, "a" * 64)

    def kill(*_args: object, **_kwargs: object) -> Any:
        raise Killed

    if moment == "manifest":
        monkeypatch.setattr("pipelines.publishing._write_manifest", kill)
    if moment == "rename":
        monkeypatch.setattr(Path, "replace", kill)
    if moment == "switch":
        monkeypatch.setattr("pipelines.publishing.switch", kill)
    with pytest.raises(Killed):
        publish(
            tmp_path, "b" * 64, AS_OF, kill if moment == "write" else write, kill if moment == "describe" else describe
        )
    monkeypatch.undo()
    standing = current(tmp_path)
    assert standing is not None
    assert standing.manifest["run"] == first
    clear_leftovers(tmp_path)
    second = put(tmp_path, "c" * 64)
    assert second > first
    assert not list((tmp_path / "published").glob(".making*"))


def test_a_folder_without_manifest_is_no_publication(tmp_path: Path) -> None:
    name = put(tmp_path, "a" * 64)
    (tmp_path / "published" / "000002-20250630-x").mkdir()
    assert [item.manifest["run"] for item in publications(tmp_path)] == [name]


def test_only_the_last_are_kept(tmp_path: Path) -> None:
    names = [put(tmp_path, mark * 64, keep=2) for mark in "abc"]
    assert [item.manifest["run"] for item in publications(tmp_path)] == names[1:]


def test_a_reader_keeps_its_publication_when_current_moves_on(tmp_path: Path) -> None:
    put(tmp_path, "a" * 64)
    held = current(tmp_path)
    put(tmp_path, "b" * 64)
    assert held is not None
    assert pl.read_parquet(held.folder / "table.parquet").height == 2


def test_current_can_be_set_back(tmp_path: Path) -> None:
    first = put(tmp_path, "a" * 64)
    put(tmp_path, "b" * 64)
    switch(tmp_path, first)
    standing = current(tmp_path)
    assert standing is not None
    assert standing.manifest["run"] == first


def test_two_runs_at_once_the_second_is_told(tmp_path: Path) -> None:
    with only_run(tmp_path), pytest.raises(RunUnderWay, match="a run is under way"), only_run(tmp_path):
        pass
    with only_run(tmp_path):
        pass


def test_the_manifest_is_json_that_people_can_read(tmp_path: Path) -> None:
    name = put(tmp_path, "a" * 64)
    text = (tmp_path / "published" / name / "manifest.json").read_text(encoding="utf-8")
    assert "\n" in text
    assert json.loads(text)["as_of"] == "2025-06-30"
