"""What is made of counts: small cases worked by hand, beside scipy where a formula has no closed form."""

import math
from typing import Any

import polars as pl
import pytest
from scipy import stats

from pipelines import scorecards
from pipelines.statistics import nearest_rank, overdispersion, poisson_limit

SHARE = {"kind": "share", "floor": 0.5, "target": 1.0, "min_n": 20.0}
RATE = {"kind": "rate", "floor": 5.0, "target": 0.0, "min_n": 0.2}
SETTINGS = {"interval_z": 1.959964, "interval_confidence": 0.95, "fewest_peers": 5.0}


def measured(counts: list[tuple[int, float]], **about: Any) -> list[dict[str, Any]]:
    """One measure of providers a, b, c ... in one place."""
    rows = [
        {
            "slice": "period",
            "provider": chr(97 + place),
            "jurisdiction": "weihai",
            "measure": "m",
            "k": k,
            "n": float(n),
        }
        | SETTINGS
        | about
        for place, (k, n) in enumerate(counts)
    ]
    return scorecards.measures(pl.DataFrame(rows)).to_dicts()


def test_peers_that_differ_by_chance_alone_all_get_their_mean() -> None:
    # p = 80/100; every p_i is p, so S = 0, g < 0 and M is infinite.
    rows = measured([(16, 20)] * 5, **SHARE)
    for row in rows:
        assert (row["shrunk"], row["reliability"], row["sd"]) == (pytest.approx(0.8), 0, 0)
        assert (row["are_peers_alike"], row["prior_weight"], row["peers"]) == (True, None, 5)
        assert row["score"] == pytest.approx(60)  # (0.8 - 0.5) / (1 - 0.5)


def test_a_share_is_drawn_towards_peers_that_differ() -> None:
    # n = 100 each, k = 50, 60, 70, 80, 90: p = 0.7, S = 100 x (0.04 + 0.01 + 0 + 0.01 + 0.04) = 10, I - 1 = 4,
    # p(1-p) = 0.21, g = (10 - 0.84) / (0.21 x (500 - 100 - 4)) = 9.16 / 83.16, M = 1/g - 1.
    weight = 83.16 / 9.16 - 1
    first = measured([(50, 100), (60, 100), (70, 100), (80, 100), (90, 100)], **SHARE)[0]
    shrunk = (50 + 0.7 * weight) / (100 + weight)
    assert first["prior_weight"] == pytest.approx(weight, abs=1e-9)
    assert first["shrunk"] == pytest.approx(shrunk, abs=1e-12)
    assert first["reliability"] == pytest.approx(100 / (100 + weight), abs=1e-12)
    assert first["sd"] == pytest.approx(math.sqrt(shrunk * (1 - shrunk) / (101 + weight)), abs=1e-12)
    assert first["score"] == pytest.approx((shrunk - 0.5) * 200, abs=1e-9)


def test_peers_that_have_nothing_in_common_pull_nobody() -> None:
    # All or nothing: S = 120 x 0.25, g = (30 - 1.25) / (0.25 x (120 - 20 - 5)) > 1, so M = 0.
    rows = measured([(20, 20), (0, 20)] * 3, **SHARE)
    assert {row["prior_weight"] for row in rows} == {0}
    assert [row["shrunk"] for row in rows] == [1, 0] * 3
    assert [row["reliability"] for row in rows] == [1] * 6
    assert [row["score"] for row in rows] == [100, 0] * 3


def test_fewer_than_five_peers_with_enough_rows_leave_the_raw_value() -> None:
    rows = measured([(10, 20), (20, 20), (15, 20), (18, 20), (3, 19)], **SHARE)
    assert [row["peers"] for row in rows] == [4] * 5
    assert [row["shrunk"] for row in rows] == [0.5, 1, 0.75, 0.9, None]
    assert {row["reliability"] for row in rows} == {None}
    assert {row["are_peers_enough"] for row in rows} == {False}
    assert rows[0]["sd"] == pytest.approx(math.sqrt(0.25 / 21))


def test_the_states_of_a_measure() -> None:
    scored, too_few, nothing = measured([(20, 20), (19, 19), (0, 0)], **SHARE)
    assert (scored["state"], scored["score"]) == ("scored", 100)
    assert (too_few["state"], nothing["state"]) == ("too_few", "no_data")
    for row in (too_few, nothing):
        assert [row[name] for name in ("value", "low", "high", "shrunk", "reliability", "sd", "score")] == [None] * 7


def test_a_provider_without_a_row_is_nobodys_peer_whatever_the_least_number() -> None:
    rows = measured([(1, 1), (1, 1), (0, 1), (1, 1), (0, 0)], **SHARE | {"min_n": 0.0})
    assert [row["peers"] for row in rows] == [4] * 5
    assert not rows[0]["are_peers_enough"]


def test_no_complaint_anywhere_is_no_spread() -> None:
    rows = measured([(0, 1.0)] * 5, **RATE)
    for row in rows:
        assert (row["shrunk"], row["reliability"], row["sd"], row["score"]) == (0, 0, 0, 100)
        assert row["low"] == 0
        assert row["high"] == pytest.approx(-math.log(0.025), rel=1e-12)  # P(0 events) = 0.025


def test_a_rate_is_drawn_towards_its_peers() -> None:
    # e = 1 each, k = 0, 0, 0, 0, 10: m = 2, s2 = (4 x 4 + 64) / 5 = 16, A = 16 - 2 = 14, B = 14 / 16.
    rows = measured([(0, 1.0)] * 4 + [(10, 1.0)], **RATE)
    assert [row["shrunk"] for row in rows] == pytest.approx([2 - 0.875 * 2] * 4 + [2 + 0.875 * 8])
    assert rows[4]["prior_variance"] == pytest.approx(14)
    assert rows[4]["sd"] == pytest.approx(math.sqrt(9) * math.sqrt(0.875))
    assert [row["score"] for row in rows] == pytest.approx([95] * 4 + [0])
    low, high = stats.chi2.ppf([0.025, 0.975], [20, 22]) / 2
    assert (rows[4]["low"], rows[4]["high"]) == pytest.approx((low, high), rel=1e-9)


def test_a_rate_of_few_visits_is_not_scored_and_is_nobodys_peer() -> None:
    rows = measured([(1, 0.199), (0, 0.2), (0, 0.2), (0, 0.2), (1, 0.2)], **RATE)
    assert [row["state"] for row in rows] == ["too_few"] + ["scored"] * 4
    assert rows[0]["peers"] == 4
    assert [rows[place]["sd"] for place in (1, 4)] == pytest.approx([0, 5])  # raw: the root of 5 / 0.2


# ---- domains and totals ------------------------------------------------------------------------------------------


def domain_of(*parts: tuple[float, float | None, float]) -> dict[str, Any]:
    """A domain of measures with weight, score (None: not scored) and sd of the shrunk value."""
    rows = [
        {
            "slice": "period",
            "provider": "a",
            "jurisdiction": "weihai",
            "domain": "staffing",
            "measure": f"m{place}",
            "measure_weight": weight,
            "domain_measures_weight": sum(weight for weight, _, _ in parts),
            "domain_weight_needed": 0.5,
            "state": "scored" if score is not None else "too_few",
            "score": score,
            "sd": sd,
            "floor": 0.5,
            "target": 1.0,
        }
        for place, (weight, score, sd) in enumerate(parts)
    ]
    (found,) = scorecards.domains(pl.DataFrame(rows)).to_dicts()
    return found


def test_a_domain_is_the_weighted_mean_of_what_is_scored() -> None:
    found = domain_of((50, 80.0, 0.03), (30, 60.0, 0.04), (20, None, 0.5))
    assert found["score"] == pytest.approx((50 * 80 + 30 * 60) / 80)
    # Half a unit of value is 100 points: sd of scores are 6 and 8.
    assert found["sd"] == pytest.approx(math.hypot(50 * 6, 30 * 8) / 80)
    assert (found["weight_scored"], found["weight_needed"]) == (80, 50)


def test_half_of_a_domain_is_enough_and_less_is_not() -> None:
    assert domain_of((50, 80.0, 0.0), (50, None, 0.0))["score"] == 80
    less = domain_of((49.99, 80.0, 0.0), (50.01, None, 0.0))
    assert (less["score"], less["sd"], less["weight_scored"]) == (None, None, 49.99)
    assert domain_of((100, None, 0.0))["weight_scored"] == 0


LIMITS = {"total_weight_needed": 0.6, "total_z": 1.96, "grade_excellent": 90.0, "grade_good": 80.0, "grade_pass": 60.0}


def total_of(*parts: tuple[str, float, float | None], sd: float = 0.0) -> dict[str, Any]:
    """A card of domains with weight and score; quality is needed."""
    rows = [
        {
            "slice": "period",
            "provider": "a",
            "jurisdiction": "weihai",
            "domain": domain,
            "weight": weight,
            "is_needed": domain == "quality",
            "score": score,
            "sd": None if score is None else sd,
        }
        | LIMITS
        for domain, weight, score in parts
    ]
    (found,) = scorecards.totals(pl.DataFrame(rows)).to_dicts()
    return found


def test_a_total_with_its_interval() -> None:
    found = total_of(("quality", 60.0, 90.0), ("staffing", 20.0, 70.0), ("facilities", 20.0, None), sd=2.0)
    sd = math.hypot(60 * 2, 20 * 2) / 80
    assert found["total"] == pytest.approx(85)
    assert found["sd"] == pytest.approx(sd)
    assert (found["total_low"], found["total_high"]) == pytest.approx((85 - 1.96 * sd, 85 + 1.96 * sd))
    assert (found["grade"], found["weight_scored"]) == ("good", 80)


def test_sixty_percent_of_the_weight_and_quality_are_needed() -> None:
    assert total_of(("quality", 60.0, 75.0), ("staffing", 40.0, None))["total"] == 75
    few = total_of(("quality", 59.0, 75.0), ("staffing", 41.0, None))
    assert (few["total"], few["grade"], few["weight_scored"]) == (None, None, 59)
    without = total_of(("quality", 30.0, None), ("staffing", 70.0, 75.0))
    assert (without["total"], without["grade"], without["is_needed_domain_missing"]) == (None, None, True)


@pytest.mark.parametrize(
    ("score", "grade"),
    [(100.0, "excellent"), (90.0, "excellent"), (89.999, "good"), (80.0, "good"), (60.0, "pass"), (59.999, "fail")],
)
def test_grades_begin_at_their_limits(score: float, grade: str) -> None:
    assert total_of(("quality", 100.0, score))["grade"] == grade


def test_noise_of_binary_fractions_decides_no_grade() -> None:
    # A tenth of 8 and seven tenths and two tenths of 80 ... miss 80 by the last digit.
    weights = (10.0, 30.0, 15.0, 45.0)
    card = [
        ("quality" if place == 0 else f"d{place}", weight, 79.99999999999999) for place, weight in enumerate(weights)
    ]
    assert total_of(*card)["grade"] == "good"


def test_the_sd_of_a_rate_goes_into_domain_and_total() -> None:
    # e = 1 each, k = 0, 0, 0, 0, 10, so m = 2, A = 14, B = 0.875 (above). Of the last: shrunk 9, variance 9 x 0.875 = 7.875,
    # score 0 as 9 is beyond the floor 5. One complaint is 100 / |0 - 5| = 20 points, so the variance of its score is
    # 400 x 7.875 = 3150. Of the first: shrunk 0.25, variance 0.21875, score 95, variance of the score 87.5.
    # Beside a share that is certain (sd 0, score 40), weights 70 and 30:
    #   domain of the last 0.7 x 0 + 0.3 x 40 = 12, variance 0.49 x 3150 = 1543.5; of the first 78.5 and 42.875.
    # Total with a domain that is certain (score 90), weights 15 and 45: 0.25 and 0.75 of them.
    rates = measured([(0, 1.0)] * 4 + [(10, 1.0)], **RATE)
    domain = {"domain": "reputation", "domain_measures_weight": 100.0, "domain_weight_needed": 0.5}
    certain = {"measure": "answered", "measure_weight": 30.0, "score": 40.0, "sd": 0.0, "floor": 0.5, "target": 1.0}
    rows = [row | domain | {"measure_weight": 70.0} for row in rates]
    rows += [row | certain for row in rows]
    first, *_, last = scorecards.domains(pl.DataFrame(rows)).to_dicts()
    assert (first["score"], first["sd"] ** 2) == pytest.approx((78.5, 42.875), rel=1e-12)
    assert (last["score"], last["sd"] ** 2) == pytest.approx((12, 1543.5), rel=1e-12)
    weighted = [row | {"weight": 15.0, "is_needed": False} | LIMITS for row in (first, last)]
    weighted += [
        row | {"domain": "quality", "weight": 45.0, "is_needed": True, "score": 90.0, "sd": 0.0} for row in weighted
    ]
    for card, total, variance in zip(
        scorecards.totals(pl.DataFrame(weighted)).to_dicts(), (87.125, 70.5), (42.875 / 16, 1543.5 / 16), strict=True
    ):
        assert (card["total"], card["sd"] ** 2) == pytest.approx((total, variance), rel=1e-12)
        assert card["total_high"] - card["total_low"] == pytest.approx(2 * 1.96 * math.sqrt(variance), rel=1e-12)


# ---- the funnel --------------------------------------------------------------------------------------------------

FUNNEL = {
    "funnel_inner_confidence": 0.95,
    "funnel_outer_confidence": 0.998,
    "funnel_lowest_percentile": 10.0,
    "funnel_highest_percentile": 90.0,
}


def funnel_of(counts: list[tuple[int, float]]) -> list[dict[str, Any]]:
    rows = [
        {"provider": f"{place:02}", "jurisdiction": "weihai", "complaints": k, "e": e, "visits": round(e * 1000)}
        | FUNNEL
        for place, (k, e) in enumerate(counts)
    ]
    return scorecards.funnel(pl.DataFrame(rows)).to_dicts()


def test_limits_are_the_smallest_counts_that_reach_their_probability() -> None:
    rows = funnel_of([(2, 1.0)] * 9 + [(11, 1.0)])
    mean = 29 / 10
    assert rows[0]["phi"] < 1  # the outlier counts as the ninth
    assert rows[9]["target"] == pytest.approx(mean)

    def smallest(share: float) -> int:
        return next(k for k in range(100) if stats.poisson.cdf(k, mean) >= share)

    found = tuple(rows[9][name] for name in ("low95", "high95", "low998", "high998"))
    assert found == (smallest(0.025), smallest(0.975), smallest(0.001), smallest(0.999)) == (0, 7, 0, 9)
    assert [rows[place]["position"] for place in (0, 9)] == ["inside", "above_998"]


def test_overdispersion_widens_the_limits_around_the_target() -> None:
    counts = [(0, 1.0), (20, 1.0)] * 5
    rows = funnel_of(counts)
    phi = rows[0]["phi"]
    # Half of the deviations are 2 (0 - sqrt 10), half 2 (sqrt 20 - sqrt 10).
    assert phi == pytest.approx((40 + 4 * (math.sqrt(20) - math.sqrt(10)) ** 2) / 2)
    assert rows[0]["high95"] == pytest.approx(10 + (17 - 10) * math.sqrt(phi))
    assert rows[0]["low95"] == pytest.approx(10 + (4 - 10) * math.sqrt(phi))
    assert {row["position"] for row in rows} == {"inside"}


def test_a_place_without_complaints_is_inside() -> None:
    for row in funnel_of([(0, 1.0), (0, 2.0)]):
        assert [row[name] for name in ("rate", "target", "low95", "high95", "low998", "high998", "phi")] == [0] * 7
        assert row["position"] == "inside"


def test_below_the_limits() -> None:
    # Of twenty the lowest is winsorised away: it does not excuse itself.
    low, *rest = funnel_of([(10, 2.0)] + [(20, 1.0)] * 19)
    assert low["position"] == "below_998"
    assert {row["position"] for row in rest} == {"inside"}


def test_percentiles_by_nearest_rank() -> None:
    ordered = [float(value) for value in range(1, 31)]
    assert [nearest_rank(ordered, percent) for percent in (10.0, 90.0, 100.0, 0.0)] == [3, 27, 30, 1]
    assert [nearest_rank([1.0, 2.0, 3.0], percent) for percent in (10.0, 90.0)] == [1, 3]


def test_deviations_beyond_the_percentiles_count_as_these() -> None:
    # Deviations -2, 0 (eight times), 6: nearest ranks 1 and 9 of ten are -2 and 0.
    peers = [(0, 1.0), *[(1, 1.0)] * 8, (16, 1.0)]
    assert overdispersion(peers, 1.0, 10.0, 90.0) == pytest.approx(4 / 10)


@pytest.mark.parametrize("mean", [0.0, 0.3, 2.9, 47.5, 20000.0])
@pytest.mark.parametrize("share", [0.001, 0.025, 0.975, 0.999])
def test_a_poisson_limit_is_the_first_that_reaches_its_share(mean: float, share: float) -> None:
    limit = poisson_limit(mean, share)
    assert stats.poisson.cdf(limit, mean) >= share
    assert limit == 0 or stats.poisson.cdf(limit - 1, mean) < share


# ---- series ------------------------------------------------------------------------------------------------------


def test_months_without_a_value_are_passed_over() -> None:
    months = pl.DataFrame(
        {
            "provider": ["a"] * 4 + ["b"],
            "jurisdiction": ["weihai"] * 5,
            "month": [1, 2, 3, 4, 1],
            "rate": [1.0, None, 3.0, 2.0, 5.0],
        }
    )
    rows = scorecards.series_limits(months, {"rate": "rate"}).to_dicts()
    # Steps 2 and 1: mean 1.5; 3 / d2 = 2.6587.
    assert [row["rate_centre"] for row in rows] == [2, 2, 2, 2, None]
    assert rows[0]["rate_high"] == pytest.approx(2 + 1.5 * 2.6587, abs=1e-3)
    assert rows[1]["rate"] is None
