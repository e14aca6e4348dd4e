"""The demo: the same seed gives the same bytes, identifiers are valid, and the list of planted faults can be trusted."""

import csv
import gzip
import hashlib
import io
import re
from collections import Counter
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from pipelines.cli import main
from pipelines.contracts import load_contracts
from pipelines.demo import DemoSummary, FolderInUse, generate
from pipelines.demo.care import age_on
from pipelines.demo.fault_notes import LANDING_NOTES, RULE_NOTES
from pipelines.demo.generate import build_community
from pipelines.demo.identifiers import id_cards, is_valid_id, is_valid_uscc, uscc
from pipelines.demo.places import MONTHS, PLACES, SCALES, Place, Setup
from pipelines.demo.rendering import Table
from pipelines.demo.visits import make_visits
from pipelines.demo.writing import Landing

NAME = re.compile(r"(?P<source>[^_]+(?:_[a-z]+)*)_(?P<division>\d{6})_(?P<day>\d{8})(?:_[A-Z]\d)?\.(?P<ext>.+)")
TEXT = {".csv", ".tsv", ".txt", ".gz"}


@pytest.fixture(scope="module")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return generate(tmp_path_factory.mktemp("faulty"), "small")


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> DemoSummary:
    return generate(tmp_path_factory.mktemp("clean"), "small", clean=True)


def planted(summary: DemoSummary) -> list[dict[str, str]]:
    with summary.planted_list.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def text_of(path: Path) -> str:
    raw = path.read_bytes()
    if path.suffix == ".gz":
        raw = gzip.decompress(raw)
    if raw.startswith(b"\xff\xfe"):
        return raw.decode("utf-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030")


def table_of(path: Path) -> list[list[str]]:
    separator = {".tsv": "\t", ".txt": ";"}.get(path.suffix, ",")
    return list(csv.reader(io.StringIO(text_of(path)), delimiter=separator))


def sources(folder: Path) -> Counter[str]:
    names = {alias: source for source, contract in load_contracts().items() for alias in (source, *contract.zh)}
    found = (NAME.fullmatch(path.name) for path in folder.iterdir())
    return Counter(names[match["source"]] for match in found if match)


def test_same_seed_gives_the_same_bytes(faulty: DemoSummary, tmp_path: Path) -> None:
    again = generate(tmp_path, "small")
    first = {path.name: path for path in faulty.landing.iterdir()}
    second = {path.name: path for path in again.landing.iterdir()}
    assert first.keys() == second.keys()
    for name, path in first.items():
        if path.suffix != ".parquet":
            assert path.read_bytes() == second[name].read_bytes(), name
    assert faulty.planted_list.read_bytes() == again.planted_list.read_bytes()


def test_another_seed_gives_other_people(faulty: DemoSummary, tmp_path: Path) -> None:
    other = generate(tmp_path, "small", seed=2)
    name = "elders_140500_20250630.csv"
    digests = {hashlib.sha256((folder / name).read_bytes()).digest() for folder in (faulty.landing, other.landing)}
    assert len(digests) == 2


def listing(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


@pytest.mark.parametrize("name", ["landing/visits_140500_20250705.csv", "planted.csv"])
def test_a_folder_with_files_is_refused_in_a_sentence(tmp_path: Path, name: str) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / name).write_text("somebody's", encoding="utf-8")
    before = listing(tmp_path)
    called = CliRunner().invoke(main, ["demo", "--out", str(tmp_path)])
    assert (called.exit_code, called.output.count("\n")) == (2, 1)
    assert "already holds" in called.output
    assert listing(tmp_path) == before
    with pytest.raises(FolderInUse):
        generate(tmp_path, "small")


def test_an_interrupted_demo_is_mended_by_the_next(
    tmp_path: Path, faulty: DemoSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Landing.write

    def interrupted(self: Landing, table: Table) -> Path:
        if len(self.files) == 3:
            raise KeyboardInterrupt
        return write(self, table)

    with monkeypatch.context() as patch:
        patch.setattr(Landing, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            generate(tmp_path, "small")
    assert not (tmp_path / "landing").exists()
    # As it looks when the machine stops between the two renames.
    (tmp_path / ".making" / "landing").rename(tmp_path / "landing")
    (tmp_path / "landing" / "of_the_first_attempt.csv").touch()
    generate(tmp_path, "small")
    assert listing(tmp_path) == listing(faulty.landing.parent)


def test_every_source_is_there(faulty: DemoSummary, clean: DemoSummary) -> None:
    assert set(sources(faulty.landing)) == set(load_contracts())
    assert set(sources(clean.landing)) == set(load_contracts())


def test_every_kind_of_file_is_there(faulty: DemoSummary) -> None:
    names = [path.name for path in faulty.landing.iterdir()]
    for ending in (".csv", ".tsv", ".txt", ".csv.gz", ".xlsx", ".parquet"):
        assert any(name.endswith(ending) for name in names), ending


def test_small_is_small(faulty: DemoSummary) -> None:
    assert 6_000 <= faulty.rows["visits"] <= 15_000
    assert faulty.files == len(list(faulty.landing.iterdir()))


def test_sizes_are_about_what_they_say() -> None:
    per_person = 13_400 / SCALES["small"].served
    assert SCALES["city"].served * per_person == pytest.approx(1_000_000, rel=0.05)
    assert SCALES["large"].served * per_person == pytest.approx(10_000_000, rel=0.05)


def test_ids_and_codes_are_valid(clean: DemoSummary) -> None:
    rows = table_of(clean.landing / "visits_371000_20250405.tsv")
    head = rows[0]
    for row in rows[1:]:
        assert is_valid_id(row[head.index("elder_id")])
        assert is_valid_id(row[head.index("worker_id")])
        assert is_valid_uscc(row[head.index("provider_id")])


def test_known_numbers_are_valid() -> None:
    assert is_valid_id("11010519491231002X")
    assert not is_valid_id("110105194912310021")
    assert is_valid_uscc("91350100M000100Y43")
    assert not is_valid_uscc("91350100M000100Y44")


def test_ids_never_repeat_and_credit_codes_are_valid() -> None:
    rng = np.random.default_rng(1)
    births = np.repeat(np.array(["1940-02-29", "1951-12-31"], dtype="datetime64[D]"), 400)
    ids = id_cards(np.repeat(np.array(["140521", "150302"]), 400), births, rng)
    assert len(set(ids)) == 800
    assert all(is_valid_id(str(number)) for number in ids)
    assert all(is_valid_uscc(uscc("91", "140521", 10_000_000 + number)) for number in range(100))


def test_clean_plants_nothing(clean: DemoSummary) -> None:
    assert planted(clean) == []
    assert clean.planted == {}


def test_every_rule_and_every_landing_fault_is_planted(faulty: DemoSummary, shared_rules: set[str]) -> None:
    assert set(RULE_NOTES) == shared_rules
    assert {row["fault"] for row in planted(faulty)} == set(RULE_NOTES) | set(LANDING_NOTES)


@pytest.fixture(scope="module")
def shared_rules() -> set[str]:
    letters = {"E": 11, "S": 15, "Q": 4, "P": 8, "F": 13, "C": 6, "D": 8, "A": 6}
    return {f"{letter}{number:02d}" for letter, last in letters.items() for number in range(1, last + 1)}


@pytest.mark.parametrize("seed", [2, 3, 5])
def test_every_fault_is_planted_whatever_the_seed(seed: int, tmp_path: Path, faulty: DemoSummary) -> None:
    assert set(generate(tmp_path, "small", seed).planted) == set(faulty.planted)


def test_planted_files_exist_and_lines_show_the_row(faulty: DemoSummary) -> None:
    for row in planted(faulty):
        path = faulty.landing / row["file"]
        assert path.exists(), row
        if row["line"] and path.suffix in TEXT and row["row_key"]:
            cells = table_of(path)[int(row["line"]) - 1]
            assert row["row_key"].split("|")[0] in cells, row


def test_the_list_of_planted_faults_holds_no_person(faulty: DemoSummary) -> None:
    text = faulty.planted_list.read_text(encoding="utf-8")
    numbers = set(re.findall(r"(?<![0-9A-Z])\d{17}[0-9X](?![0-9A-Z])", text))
    assert not {number for number in numbers if is_valid_id(number) and is_birthday(number[6:14])}


def is_birthday(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) > date(1900, 1, 1)
    except ValueError:
        return False


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.slug)
def test_rounds_leave_time_for_the_way(place: Place) -> None:
    community, _ = build_community(place, Setup(SCALES["small"], 1, clean=True))
    visits = make_visits(community, MONTHS[3]).sort("_worker", "started_at")
    gaps = visits.with_columns(gap=pl.col("started_at") - pl.col("ended_at").shift(1).over("_worker"))
    assert (gaps["gap"].drop_nulls().dt.total_minutes() >= 10).all()
    monthly = visits.group_by("_elder").agg(pl.col("_minutes").sum(), pl.len())
    assert (monthly["len"] <= 5).all()
    if place.slug == "jincheng":
        assert (monthly["_minutes"] <= 240).all()


def test_settlement_equals_visits_when_clean(clean: DemoSummary) -> None:
    visits = table_of(clean.landing / "visits_371000_20250405.tsv")
    lines = table_of(clean.landing / "settlement_lines_371000_20250405.tsv")
    paid = {row[visits[0].index("visit_id")]: row[visits[0].index("subsidy_amount")] for row in visits[1:]}
    for row in lines[1:]:
        assert paid[row[lines[0].index("visit_id")]] == row[lines[0].index("amount")]


def test_age_is_complete_on_the_birthday() -> None:
    births = pl.DataFrame({"birth_date": [date(1945, 4, 27), date(1955, 1, 31), date(1952, 2, 29), date(1950, 12, 1)]})
    assert births.select(age=age_on(date(2025, 1, 31)))["age"].to_list() == [79, 70, 72, 74]
