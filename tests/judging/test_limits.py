"""Limits are dated rows, each used and none overlapping; articles exist; what cannot be computed never passes."""

import csv
import datetime as dt
from typing import Any

import great_expectations.expectations as gxe
import polars as pl
import pytest

from expectations import deliveries, publications
from expectations.checks import Check
from pipelines import judging
from pipelines.contracts import load_contracts
from pipelines.judging import CheckNotComputed, Limit, limit_for, limits
from pipelines.paths import POLICY

CHECKS = (*deliveries.CHECKS, *publications.CHECKS)
DAY = dt.date(2025, 6, 30)
# Measured with the deliveries, not the bound of a check.
SETTINGS = {"dated_long_ago_years"}


def test_every_limit_is_used_and_every_limit_used_is_there() -> None:
    used = {name for check in CHECKS for name in (check.low_limit, check.high_limit) if name}
    assert used | SETTINGS == {limit.name for limit in limits()}


def test_limits_are_of_known_sources_and_do_not_overlap() -> None:
    assert {limit.source for limit in limits()} <= {"*", *load_contracts()}
    for one in limits():
        same = [other for other in limits() if (other.name, other.source) == (one.name, one.source)]
        in_force = [other for other in same if other.valid_to is None or other.valid_to >= one.valid_from]
        assert [other for other in in_force if other.valid_from <= one.valid_from] == [one]


def test_the_limit_of_a_source_goes_before_that_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = dt.date(2020, 1, 1), dt.date(2025, 1, 1)
    dated = (
        Limit("share", "*", 1, first, None),
        Limit("share", "visits", 2, first, second - dt.timedelta(days=1)),
        Limit("share", "visits", 3, second, None),
    )
    monkeypatch.setattr(judging, "limits", lambda: dated)
    days = (first - dt.timedelta(days=1), first, second - dt.timedelta(days=1), second)
    assert [limit_for("share", "visits", day) for day in days] == [None, 2, 2, 3]
    assert limit_for("share", "elders", second) == 1


def test_every_article_is_a_requirement_of_a_known_jurisdiction() -> None:
    with (POLICY / "requirements.csv").open(encoding="utf-8", newline="") as file:
        requirements = {row["requirement"] for row in csv.DictReader(file)}
    articles = {check.article for check in CHECKS if check.article}
    assert articles <= requirements
    assert {article.partition(".")[0] for article in articles} <= set(judging.jurisdictions())


def test_codes_of_checks_are_unique() -> None:
    codes = [check.code for check in CHECKS]
    assert len(codes) == len(set(codes))


def test_a_check_that_cannot_be_computed_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    real: Any = gxe.ExpectColumnValuesToBeBetween

    def of_another_column(**given: object) -> object:
        return real(**{**given, "column": "there is no such column"})

    frame = pl.DataFrame({"source": ["visits"], "file": ["f"], "division": [None], "wrong": [5]})
    monkeypatch.setattr(gxe, "ExpectColumnValuesToBeBetween", of_another_column)
    with pytest.raises(CheckNotComputed, match="broken"):
        judging._judge(frame, [Check("broken", "wrong", "error", high=0)], DAY, "delivery")


def test_both_ends_of_a_bound_belong_to_it() -> None:
    measures = [None, 0.4, 0.5, 2.0, 2.1]
    frame = pl.DataFrame(
        {"source": "visits", "file": [str(one) for one in measures], "division": None, "ratio": measures}
    )
    results = judging._judge(frame, [Check("volume", "ratio", "warning", low=0.5, high=2)], DAY, "delivery").results
    assert results.select("file", "passed").rows() == [("0.4", False), ("0.5", True), ("2.0", True), ("2.1", False)]
