"""The Oregonian's count of hidden complaints comes out of the complaints that the project loads.

Steps as published with the data: substantiated complaints, and those of a list of mislabelled ones, about incidents since
2005, in the facilities of the answer; online if the state's site showed their number, else offline.
"""

import csv
from collections.abc import Callable

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

from tests.profiles.conftest import LandedFiles, real_file

pytestmark = pytest.mark.real

TEN_YEARS, FIVE_YEARS = "us_or_complaints_10yr.xlsx", "us_or_complaints_5yr_nonotes.csv"


@pytest.fixture(scope="module")
def landed(land_real: Callable[..., LandedFiles]) -> LandedFiles:
    return land_real(TEN_YEARS, FIVE_YEARS)


def _number(value: object) -> str:
    return str(value).strip().upper()


def _mislabelled() -> set[str]:
    sheet = CalamineWorkbook.from_path(str(real_file("us_or_mislabelled_52.xlsx"))).get_sheet_by_index(0)
    return {_number(row[0]) for row in sheet.to_python()}


def _shown_online() -> set[str]:
    with real_file("us_or_scraped_online_2017-03-29.csv").open(encoding="ascii", newline="") as file:
        return {_number(row["abuse_number"]) for row in csv.DictReader(file)}


def _answer() -> pl.DataFrame:
    with real_file("us_or_facilities_answer.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            {"facility_id": row["facility_id"], **{kind: int(float(row[kind] or 0)) for kind in ("offline", "online")}}
            for row in csv.DictReader(file)
        ]
    return pl.DataFrame(rows).sort("facility_id")


def counts(complaints: pl.DataFrame, mislabelled: set[str], online: set[str], facilities: pl.Series) -> pl.DataFrame:
    """Complaints by facility that were shown online and that were not; a facility without any has zeros.

    A complaint that came in several files counts as in the newest of them.
    """
    newest = complaints.sort("_file_order").unique("complaint_id", keep="last")
    number, incident = pl.col("complaint_id").str.split_exact("@", 1).struct.unnest(), pl.col("field_1")
    found = (
        newest.select("facility_id", "verdict", number)
        .filter((pl.col("verdict") == "upheld") | pl.col("field_0").is_in(list(mislabelled)))
        .filter(incident.str.to_date("%Y-%m-%d") >= pl.date(2005, 1, 1))
        .with_columns(shown=pl.col("field_0").is_in(list(online)))
        .group_by("facility_id")
        .agg(offline=(~pl.col("shown")).sum().cast(pl.Int64), online=pl.col("shown").sum().cast(pl.Int64))
    )
    every = pl.DataFrame({"facility_id": facilities})
    return every.join(found, on="facility_id", how="left").fill_null(0).sort("facility_id")


def test_every_complaint_is_loaded(landed: LandedFiles) -> None:
    files = {row["file"]: row for row in landed.files.to_dicts()}
    assert files[TEN_YEARS]["rows_loaded"] == files[TEN_YEARS]["rows_read"] == 16_177 + 8_553 + 11_032
    assert files[FIVE_YEARS]["rows_loaded"] == files[FIVE_YEARS]["rows_read"] == 8_352
    assert landed.issues("complaints").is_empty()
    assert landed.rows("complaints")["_sheet"].n_unique() == 4  # three sheets, and the text file


def test_no_two_complaints_of_a_file_share_an_id(landed: LandedFiles) -> None:
    rows = landed.rows("complaints")
    assert rows.select("_file", "complaint_id").n_unique() == rows.height == 44_114
    assert rows["complaint_id"].n_unique() == 44_114 - 6_397, "those in both files meet under one id"


def test_published_counts_of_all_facilities(landed: LandedFiles) -> None:
    answer = _answer()
    made = counts(landed.rows("complaints"), _mislabelled(), _shown_online(), answer["facility_id"])
    same = (made == answer.select(made.columns)).select(same=pl.all_horizontal(pl.all()))["same"]
    assert (same.sum(), answer.height) == (642, 642)
    assert (made["offline"].sum(), made["online"].sum()) == (7_846, 5_186)
    assert made.select(pl.sum_horizontal("offline", "online").sum()).item() == 13_032


def test_the_count_depends_on_each_of_its_parts(landed: LandedFiles) -> None:
    """Were one step without effect, the agreement would not show that the step is right."""
    rows, mislabelled, online, answer = landed.rows("complaints"), _mislabelled(), _shown_online(), _answer()
    facilities = answer["facility_id"]
    whole = counts(rows, mislabelled, online, facilities)
    assert not counts(rows, set(), online, facilities).equals(whole)
    assert not counts(rows, mislabelled, set(), facilities).equals(whole)
    assert not counts(rows.filter(pl.col("_file") == TEN_YEARS), mislabelled, online, facilities).equals(whole)
    assert not counts(rows.filter(pl.col("_file") == FIVE_YEARS), mislabelled, online, facilities).equals(whole)
