"""A list from a PDF: years of the Republic, radicals for characters, no codes."""

import csv
import datetime as dt
import re
from collections.abc import Callable

import polars as pl
import pytest

from pipelines.landing.identifiers import check_credit_codes
from tests.profiles.conftest import LandedFiles, real_file

pytestmark = pytest.mark.real

NAME = "tw_taipei_homecare_agencies_114.csv"
RADICALS = re.compile("[\u2e80-\u2fd5]")


@pytest.fixture(scope="module")
def agencies(land_real: Callable[..., LandedFiles]) -> pl.DataFrame:
    landed = land_real(NAME)
    assert landed.issues("providers").is_empty()
    return landed.rows("providers").sort("_line")


@pytest.fixture(scope="module")
def listed() -> list[dict[str, str]]:
    with real_file(NAME).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_all_agencies_are_loaded(agencies: pl.DataFrame, listed: list[dict[str, str]]) -> None:
    assert agencies.height == len(listed) == 171


def test_names_are_made_of_characters(agencies: pl.DataFrame, listed: list[dict[str, str]]) -> None:
    assert sum(bool(RADICALS.search(row["單位名稱"])) for row in listed) == 168
    assert [name for name in agencies["name"] if RADICALS.search(name)] == []
    assert agencies["name"][3] == "財團法人中華民國佛教慈濟慈善事業基金會臺北市私立慈濟居家長照機構"


def test_years_of_the_republic(agencies: pl.DataFrame, listed: list[dict[str, str]]) -> None:
    expected: list[dt.date | None] = []
    for row in listed:
        parts = [int(part) for part in re.findall(r"\d+", row["立案日期"])]
        expected.append(dt.date(parts[0] + 1911, *parts[1:]) if parts else None)
    assert agencies["registered_on"].to_list() == expected
    assert agencies["registered_on"][0] == dt.date(2018, 7, 9)  # 107年7月9日
    assert agencies["registered_on"].null_count() == 1  # one cell is empty


def test_made_codes_are_valid_and_clearly_made(agencies: pl.DataFrame) -> None:
    codes = agencies["provider_id"].to_list()
    assert len(set(codes)) == 171
    assert {code[:8] for code in codes} == {"Y9710000"}
    _, wrong, malformed = check_credit_codes(agencies["provider_id"])
    assert not (wrong | malformed).any()
