"""Every pound of a council's payments comes out again."""

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import polars as pl
import pytest

from tests.profiles.conftest import LandedFiles, real_file

pytestmark = pytest.mark.real

FILES = {f"uk_calderdale_spend_2022-{month}.csv": rows for month, rows in (("05", 1_697), ("06", 1_652), ("07", 1_582))}


@pytest.fixture(scope="module")
def landed(land_real: Callable[..., LandedFiles]) -> LandedFiles:
    return land_real(*FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_total_of_each_file_is_loaded_to_the_penny(landed: LandedFiles, name: str) -> None:
    with real_file(name).open(encoding="utf-8-sig", newline="") as file:
        amounts = [Decimal(row["Net Amount"]) for row in csv.DictReader(file)]
    loaded = landed.rows("payments").filter(pl.col("_file") == name)["amount"]
    assert loaded.len() == len(amounts) == FILES[name]
    assert loaded.sum() == sum(amounts)
    assert sum(loaded.filter(loaded < 0).to_list()) == sum(amount for amount in amounts if amount < 0), "reversals"


def test_nothing_is_left_out_or_doubted(landed: LandedFiles) -> None:
    assert landed.files.select(pl.col("rows_duplicate", "rows_quarantined", "not_data").sum()).row(0) == (0, 0, 0)
    assert landed.issues("payments").is_empty()
    assert landed.rows("payments")["payment_id"].n_unique() == sum(FILES.values())


def test_ids_of_suppliers_stay_codes(landed: LandedFiles) -> None:
    payments = landed.rows("payments")
    assert set(payments["payee_kind"]) == {"provider", "department"}
    suppliers = payments.filter(pl.col("payee_kind") == "provider")["payee_id"]
    assert set(suppliers.filter(~suppliers.str.contains(r"^S\d+$"))) == {"Purchase Card Supplier"}
    assert "payee_name" not in payments.columns, "names of payees stay in the vault"


def test_periods_of_service(landed: LandedFiles) -> None:
    periods = landed.rows("payments").drop_nulls("period_start").group_by("period_start", "period_end").len()
    assert set(periods.rows()) == {
        (dt.date(2022, 5, 16), dt.date(2022, 6, 12), 149),
        (dt.date(2022, 6, 13), dt.date(2022, 7, 10), 157),
        (dt.date(2022, 7, 11), dt.date(2022, 8, 7), 155),
    }
    assert set(landed.rows("payments")["fiscal_year"]) == {2022}


def test_files_have_the_last_day_of_their_month(landed: LandedFiles) -> None:
    assert landed.files.sort("file")["file_date"].to_list() == [
        dt.date(2022, 5, 31),
        dt.date(2022, 6, 30),
        dt.date(2022, 7, 31),
    ]
