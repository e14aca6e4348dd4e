"""Payments, budgets, transfers and lottery funds of a place, before faults."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from pipelines.demo.identifiers import add_months
from pipelines.demo.people import SERVED
from pipelines.demo.places import AS_OF, MONTHS, Place, Setup, month_end
from pipelines.demo.visits import Community

YEARS = (2024, 2025)
PAYMENT_SCHEMA = {
    "payment_id": pl.String,
    "programme": pl.String,
    "fund_source": pl.String,
    "fiscal_year": pl.Int64,
    "division_code": pl.String,
    "payee_kind": pl.String,
    "payee_id": pl.String,
    "payee_name": pl.String,
    "payee_account": pl.String,
    "account_kind": pl.String,
    "purpose": pl.String,
    "batch_id": pl.String,
    "facility_id": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "amount": pl.Float64,
    "paid_on": pl.Date,
    "_fault": pl.String,
}
Row = dict[str, object]


def account_of(payee: str) -> str:
    """A made-up bank account that belongs to a payee for good."""
    total = 0
    for char in payee:
        total = (total * 131 + ord(char)) % 10**13
    return f"620{total:013d}"


def payment(number: str, paid_on: date, **values: object) -> Row:
    """A payment from the special account; everything not given is empty."""
    row: Row = {
        **dict.fromkeys(PAYMENT_SCHEMA),
        "payment_id": number,
        "fund_source": "county",
        "fiscal_year": paid_on.year,
        "payee_kind": "provider",
        "account_kind": "special",
        "paid_on": paid_on,
    } | values
    return row | {"payee_account": account_of(str(row["payee_id"]))}


def batch_payments(place: Place, setup: Setup, batches: pl.DataFrame) -> list[Row]:
    """Every batch is paid in full between the 20th and the 27th of the month after; June is not yet due."""
    rng = setup.rng(place.slug, "payments")
    rows: list[Row] = []
    for number, batch in enumerate(batches.iter_rows(named=True)):
        month: date = batch["service_month"]
        paid_on = add_months(month, 1) + timedelta(days=int(rng.integers(19, 27)))
        if paid_on > AS_OF:
            continue
        rows.append(
            payment(
                f"ZF{place.division}-{number:06d}",
                paid_on,
                programme="purchased_service",
                division_code=batch["division_code"],
                payee_id=batch["provider_id"],
                purpose="service_fee",
                batch_id=batch["batch_id"],
                period_start=month,
                period_end=month_end(month),
                amount=round(float(batch["amount"]), 2),
            )
        )
    return rows


def allowance_payments(community: Community) -> list[Row]:
    """A monthly nursing allowance for a few of the served people."""
    place = community.place
    people = community.elders.filter(
        (pl.col("_group") == SERVED) & pl.col("_fault").is_null() & pl.col("exited_on").is_null()
    ).head(4 * min(50, community.setup.scale.repeats**2))
    return [
        payment(
            f"BT{place.division}-{month:%Y%m}-{number:04d}",
            month + timedelta(days=14),
            programme="nursing_allowance",
            division_code=person["hukou_division"],
            payee_kind="elder",
            payee_id=person["elder_id"],
            payee_name=person["name"],
            purpose="elder_allowance",
            period_start=month,
            period_end=month_end(month),
            amount=120.0,
        )
        for month in MONTHS
        for number, person in enumerate(people.iter_rows(named=True))
    ]


def subsidy_payments(place: Place, facilities: pl.DataFrame) -> list[Row]:
    """A yearly operating subsidy for funded facilities, inside the bracket of their class, after their evaluation."""
    rows: list[Row] = []
    funded = facilities.filter(pl.col("government_funded") & pl.col("operator_id").is_not_null())
    for year in YEARS:
        for number, facility in enumerate(funded.iter_rows(named=True)):
            kinds = str(facility["service_kinds"] or "").count("|") + 1
            rows.append(
                payment(
                    f"YY{place.division}-{year}-{number:04d}",
                    date(year, 4, 10) + timedelta(days=number % 15),
                    programme="operating_subsidy",
                    fund_source="municipal",
                    division_code=facility["division_code"],
                    payee_id=facility["operator_id"],
                    purpose="operating_subsidy",
                    facility_id=facility["facility_id"],
                    period_start=date(year, 1, 1),
                    period_end=date(year, 12, 31),
                    amount=(220_000.0 if kinds > 1 else 130_000.0) + 500 * (number % 20),
                )
            )
    return rows


def other_payments(place: Place, providers: pl.DataFrame) -> list[Row]:
    """Insurance and training: one payment each a year, to the first provider."""
    payee = providers["provider_id"][0]
    return [
        payment(
            f"QT{place.division}-{year}-{purpose}",
            date(year, 5, 20),
            programme=programme,
            division_code=place.counties[0],
            payee_id=payee,
            purpose=purpose,
            period_start=date(year, 1, 1),
            period_end=date(year, 12, 31),
            amount=amount,
        )
        for year in YEARS
        for programme, purpose, amount in (
            ("accident_insurance", "insurance", 18_000.0),
            ("training_subsidy", "training", 26_000.0),
        )
    ]


def refund_payments(sanctions: pl.DataFrame) -> list[Row]:
    """The refund of the order of 20 January 2025, three weeks after it."""
    orders = sanctions.filter(pl.col("refund_due").is_not_null() & (pl.col("starts_on") == date(2025, 1, 20)))
    return [
        payment(
            f"TH{order['sanction_id']}",
            date(2025, 2, 10),
            programme="purchased_service",
            division_code=order["division_code"],
            payee_id=order["provider_id"],
            purpose="refund",
            amount=-float(order["refund_due"]),
        )
        for order in orders.iter_rows(named=True)
    ]


def redemption_payments(place: Place, points: pl.DataFrame) -> list[Row]:
    """What designated providers are paid for points in the month after."""
    spent = (
        points.filter((pl.col("kind") == "redeem") & pl.col("_fault").is_null())
        .group_by("provider_id", pl.col("occurred_at").dt.date().dt.truncate("1mo").alias("month"), maintain_order=True)
        .agg(pl.col("points").sum())
    )
    return [
        payment(
            f"JF{place.division}-{number:05d}",
            add_months(month, 1) + timedelta(days=9),
            programme="silver_points",
            division_code=place.division,
            payee_id=provider,
            purpose="points_redemption",
            period_start=month,
            period_end=month_end(month),
            amount=round(total / 100, 2),
        )
        for number, (provider, month, total) in enumerate(spent.iter_rows())
        if add_months(month, 1) + timedelta(days=9) <= AS_OF
    ]


def payment_frame(rows: list[Row]) -> pl.DataFrame:
    """Payments as a table, in the order of their days."""
    return pl.DataFrame(rows, schema=PAYMENT_SCHEMA).sort("paid_on", "payment_id")


def make_budgets(payments: pl.DataFrame) -> pl.DataFrame:
    """Budgets a fifth above what was paid, three fifths of them from the county and the rest from the province."""
    paid = (
        payments.filter(pl.col("programme").is_not_null())
        .group_by("division_code", "fiscal_year", "programme")
        .agg(pl.col("amount").sum())
        .sort("division_code", "fiscal_year", "programme")
    )
    shares = [
        paid.with_columns(
            fund_source=pl.lit(source), amount=((pl.col("amount") * 1.2 * share / 1000).ceil() * 1000).clip(1000)
        )
        for source, share in (("county", 0.6), ("provincial", 0.4))
    ]
    return pl.concat(shares).select(
        "division_code", "fiscal_year", "programme", "fund_source", "amount", _fault=pl.lit(None, pl.String)
    )


# What the province pays its share of through the city; it pays nothing towards the rest in this demo.
_PASSED_DOWN = ("operating_subsidy", "purchased_service")


def _quarterly(budgets: pl.DataFrame) -> dict[tuple[int, str], dict[str, float]]:
    """What each county is due in each quarter of a year, by year and programme: its provincial budget in equal parts."""
    upper = budgets.filter((pl.col("fund_source") == "provincial") & pl.col("programme").is_in(_PASSED_DOWN))
    due: dict[tuple[int, str], dict[str, float]] = {}
    for row in upper.sort("fiscal_year", "programme", "division_code").iter_rows(named=True):
        part = round(row["amount"] / len(_quarters(row["fiscal_year"])), 2)
        due.setdefault((row["fiscal_year"], row["programme"]), {})[row["division_code"]] = part
    return due


def _quarters(year: int) -> range:
    return range(1, 3 if year == AS_OF.year else 5)


def make_transfers(place: Place, setup: Setup, budgets: pl.DataFrame) -> pl.DataFrame:
    """The province's share of the budgets, quarter by quarter to the place and on to its counties, received in full within
    a month."""
    rng = setup.rng(place.slug, "transfers")
    above = f"{place.prefix[:2]}0000"
    rows: list[Row] = []
    for (year, programme), due in _quarterly(budgets).items():
        for quarter in _quarters(year):
            down = [(place.division, county, part) for county, part in due.items() if county != place.division]
            steps = [(above, place.division, round(sum(due.values()), 2)), *down]
            for number, (giver, taker, amount) in enumerate(steps):
                allocated = date(year, 3 * quarter - 2, 8) + timedelta(days=int(rng.integers(0, 14)))
                mark = 1 + _PASSED_DOWN.index(programme)
                rows.append(
                    {
                        "transfer_id": f"{place.division}财社〔{year}〕{mark}{quarter}{number:02d}号",
                        "programme": programme,
                        "fund_source": "provincial",
                        "fiscal_year": year,
                        "from_division": giver,
                        "to_division": taker,
                        "allocated_amount": amount,
                        "allocated_on": allocated,
                        "received_amount": amount,
                        "received_on": allocated + timedelta(days=int(rng.integers(3, 27))),
                        "_fault": None,
                    }
                )
    return pl.DataFrame(rows, schema_overrides={"_fault": pl.String})


def make_lottery(place: Place, setup: Setup) -> pl.DataFrame:
    """Lottery funds of each county and year, more than half of them for the care of the old."""
    rng = setup.rng(place.slug, "lottery")
    rows = [
        {
            "division_code": county,
            "fiscal_year": year,
            "use": use,
            "amount": float(share * 10_000),
            "_fault": None,
        }
        for county in place.counties
        for year in YEARS
        for use, share in zip(
            ("eldercare", "disabled", "orphans", "poverty", "other"),
            [int(rng.integers(60, 80)), *np.array([12, 9, 8, 6]) + rng.integers(0, 4, 4)],
            strict=True,
        )
    ]
    return pl.DataFrame(rows, schema_overrides={"_fault": pl.String})
