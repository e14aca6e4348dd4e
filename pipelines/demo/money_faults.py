"""Faults of payments, budgets, transfers and lottery funds."""

from datetime import date, timedelta

import polars as pl

from pipelines.demo.money import PAYMENT_SCHEMA, Row, payment
from pipelines.demo.organisation import set_cell
from pipelines.demo.places import Place, Setup
from pipelines.demo.visits import Community, mark

SUSPENDED = (date(2025, 4, 1), date(2025, 5, 31))
STOPPING = ("settlement_suspended", "contract_terminated", "clawback")


def _extra(place: Place, code: str, number: int, paid_on: date, **values: object) -> Row:
    return payment(f"{code}-{place.division}-{number}", paid_on, **({"_fault": code} | values))


def plant_payment_faults(
    community: Community, payments: pl.DataFrame, facilities: pl.DataFrame, sanctions: pl.DataFrame
) -> pl.DataFrame:
    """Payments that should not be there, that are too high, too many or missing."""
    place, setup = community.place, community.setup
    if setup.clean:
        return payments
    rows: list[Row] = []
    for number in range(setup.repeats(100)):
        rows += _plain_faults(community, number)
        rows += _person_faults(community, payments, number)
    rows += _facility_faults(place, facilities)
    changed = _batch_faults(setup, payments)
    joined = pl.concat([changed, pl.DataFrame(rows, schema=PAYMENT_SCHEMA)]).sort("paid_on", "payment_id")
    return _mark_suspended(place, joined, sanctions)


def _plain_faults(community: Community, number: int) -> list[Row]:
    """Payments for other purposes (F03) and without a basis (P06)."""
    place, providers = community.place, community.providers
    payee = providers["provider_id"][number % providers.height]
    county = providers["division_code"][number % providers.height]
    common = {"division_code": county, "payee_id": payee}
    service = common | {"programme": "purchased_service", "purpose": "service_fee", "amount": 1_860.0 + number}
    spent = [
        _extra(place, "F03", 2 * number, date(2025, 3, 12), **common, programme="purchased_service", purpose="vehicle",
               amount=23_500.0 + number),
        _extra(place, "F03", 2 * number + 1, date(2025, 4, 2), **common, purpose="hospitality", amount=4_310.0 + number),
    ]  # fmt: skip
    if place.slug not in {"wuhai", "kangbashi", "jincheng"}:
        return spent
    return [
        *spent,
        _extra(place, "P06", 2 * number, date(2025, 2, 18), **service),
        _extra(place, "P06", 2 * number + 1, date(2025, 3, 5), **service, batch_id=f"JS{place.division}-X{number:03d}"),
    ]  # fmt: skip


def _person_faults(community: Community, payments: pl.DataFrame, number: int) -> list[Row]:
    """An allowance for someone who has died (E06) and an allowance paid twice (P05)."""
    place = community.place
    dead = community.elders.filter(pl.col("_died").is_between(date(2024, 10, 1), date(2025, 3, 31)))
    rows: list[Row] = []
    if number < dead.height:
        person = dead.row(number, named=True)
        rows.append(
            _extra(
                place, "E06", number, date(2025, 5, 15), programme="nursing_allowance", payee_kind="elder",
                division_code=person["hukou_division"], payee_id=person["elder_id"], purpose="elder_allowance",
                period_start=date(2025, 5, 1), period_end=date(2025, 5, 31), amount=120.0,
            )
        )  # fmt: skip
    allowances = payments.filter((pl.col("payee_kind") == "elder") & (pl.col("paid_on") == date(2025, 3, 15)))
    again = allowances.row(number % allowances.height, named=True)
    rows.append(
        again | {"payment_id": f"{again['payment_id']}-2-{number}", "paid_on": date(2025, 3, 26), "_fault": "P05"}
    )
    return rows


def _facility_faults(place: Place, facilities: pl.DataFrame) -> list[Row]:
    """Subsidies above the bracket (F06) and without a passed evaluation (F07)."""
    if place.slug != "kangbashi":
        return []
    funded = facilities.filter(pl.col("government_funded"))
    high, unproven = funded.row(0, named=True), funded.row(1, named=True)
    kitchen = facilities.filter(pl.col("kind") == "canteen").row(0, named=True)
    common = {"fund_source": "municipal", "division_code": place.division}
    return [
        _extra(place, "F06", 0, date(2025, 5, 6), **common, programme="operating_subsidy", payee_id=high["operator_id"],
               purpose="operating_subsidy", facility_id=high["facility_id"], amount=160_000.0),
        _extra(place, "F07", 0, date(2025, 5, 8), **common, programme="meal_subsidy", payee_kind="facility",
               payee_id=kitchen["facility_id"], facility_id=kitchen["facility_id"], purpose="service_fee", amount=9_600.0),
        _extra(place, "F07", 1, date(2025, 6, 3), **common, programme="operating_subsidy",
               payee_id=unproven["operator_id"], facility_id=unproven["facility_id"], purpose="operating_subsidy",
               amount=5_000.0),
    ]  # fmt: skip


def _batch_faults(setup: Setup, payments: pl.DataFrame) -> pl.DataFrame:
    """Batches paid too high (P04) and not at all (P07: the payment is taken away, the lines bear the mark)."""
    count = setup.repeats(8)
    february = payments.filter(pl.col("batch_id").is_not_null() & (pl.col("period_start") == date(2025, 2, 1)))
    high = pl.col("payment_id").is_in(february["payment_id"].head(count).implode())
    raised = pl.when(high).then(pl.col("amount") + 480).otherwise("amount")
    january = payments.filter(pl.col("batch_id").is_not_null() & (pl.col("period_start") == date(2025, 1, 1)))
    unpaid = unpaid_batches(setup, january)
    kept = payments.filter(~pl.col("batch_id").is_in(unpaid).fill_null(False))
    return mark(kept, high, "P04").with_columns(amount=raised)


def unpaid_batches(setup: Setup, january: pl.DataFrame) -> list[str]:
    """Which batches of January (of the batches or of their payments) stay unpaid (P07)."""
    return january["batch_id"].sort().tail(setup.repeats(max(1, january.height // 3))).to_list()


def _mark_suspended(place: Place, payments: pl.DataFrame, sanctions: pl.DataFrame) -> pl.DataFrame:
    """Note the payments that fall into a suspension (P08)."""
    if place.slug not in {"wuhai", "kangbashi", "jincheng"}:
        return payments
    for sanction in sanctions.filter(pl.col("kind").is_in(STOPPING)).iter_rows(named=True):
        ends_on = sanction["ends_on"] or date(2025, 6, 30)
        inside = pl.col("paid_on").is_between(sanction["starts_on"], ends_on) & (pl.col("amount") > 0)
        payments = mark(payments, inside & (pl.col("payee_id") == sanction["provider_id"]), "P08")
    return payments


def plant_budget_faults(place: Place, setup: Setup, budgets: pl.DataFrame) -> pl.DataFrame:
    """Budgets of purchased services below what is paid (F04)."""
    if setup.clean or place.slug == "weihai":
        return budgets
    wanted = (pl.col("programme") == "purchased_service") & (pl.col("fiscal_year") == 2025)
    divisions = budgets.filter(wanted)["division_code"].unique(maintain_order=True)
    few = divisions.head(setup.repeats(max(1, divisions.len() // 3)))
    low = wanted & pl.col("division_code").is_in(few.implode())
    return mark(budgets, low, "F04").with_columns(
        amount=pl.when(low).then((pl.col("amount") * 0.7).round(0)).otherwise("amount")
    )


def plant_transfer_faults(place: Place, setup: Setup, transfers: pl.DataFrame) -> pl.DataFrame:
    """Money that arrives short (F01), late or never (F02)."""
    if setup.clean:
        return transfers
    rows = [row for row, day in enumerate(transfers["allocated_on"]) if day.year == 2025]
    short, late, never = rows[0], rows[1], rows[-1]
    amount = transfers["allocated_amount"][short]
    if place.slug != "weihai":
        transfers = set_cell(transfers, short, received_amount=amount - 20_000, _fault="F01")
    if place.slug in {"kangbashi", "nangang", "jincheng"}:
        day = transfers["allocated_on"][late]
        transfers = set_cell(transfers, late, received_on=day + timedelta(days=58), _fault="F02")
        if never != late:
            transfers = set_cell(transfers, never, received_on=None, received_amount=None, _fault="F02")
    return transfers


def plant_lottery_faults(place: Place, setup: Setup, lottery: pl.DataFrame) -> pl.DataFrame:
    """A county that gives the care of the old less than half (F05)."""
    if setup.clean or place.slug != "weihai":
        return lottery
    row = lottery.with_row_index("_row").filter((pl.col("fiscal_year") == 2025) & (pl.col("use") == "eldercare"))[
        "_row"
    ][-1]
    return set_cell(lottery, int(row), amount=240_000.0, _fault="F05")
