"""What a document says must follow where a finding is upheld: refunds and penalties as an estimate, the rest as text. Pure.

An estimate is no demand. It takes the amount of the finding, which may be more than what is found false in the end, and one
yuan may lie in several findings: estimates are shown by finding and article, and a sum of them says so.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

UPHELD = "upheld"


@dataclass(frozen=True)
class Exposure:
    """A consequence of one upheld finding; `amount` is None where the text gives no sum or leaves it to the authority."""

    consequence: str
    requirement: str
    factor: Decimal | None
    amount: Decimal | None
    text_zh: str
    text_en: str


def _in_force(row: Mapping[str, Any], day: dt.date) -> bool:
    return row["valid_from"] <= day and (row["valid_to"] is None or day <= row["valid_to"])


def _estimate(amount: Decimal | None, factor: Decimal | None) -> Decimal | None:
    if amount is None or factor is None or amount <= 0:
        return None
    return (amount * factor).quantize(Decimal("0.01"), ROUND_HALF_UP)


def exposures(finding: Mapping[str, Any], verdict: str | None, consequences: pl.DataFrame) -> tuple[Exposure, ...]:
    """What follows on a finding (its rule, jurisdiction, judged_on and amount) by the rows of `consequences` in force that
    day, the estimates first; nothing unless the verdict is that it is true."""
    if verdict != UPHELD:
        return ()
    return tuple(
        Exposure(
            row["consequence"],
            row["requirement"],
            row["factor"],
            _estimate(finding["amount"], row["factor"]),
            row["text_zh"],
            row["text_en"],
        )
        for row in consequences.sort("factor", "consequence", descending=[True, False], nulls_last=True).iter_rows(
            named=True
        )
        if row["jurisdiction"] == finding["jurisdiction"]
        and finding["rule"] in row["rules"].split("|")
        and _in_force(row, finding["judged_on"])
    )
