"""Charts as functions: what stands in their traces, and whether limits are those of an independent calculation."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from dashboards.figures import cards, complaints, facilities, money, quality
from dashboards.figures.style import STATES
from dashboards.tiles import _places, arranged
from dashboards.views.facilities import county_state
from dashboards.views.funds import steps_of
from pipelines.divisions import load_divisions

NAMES = {state: state for state in STATES}


def texts(figure: Any) -> list[str]:
    return [one.text for one in figure.layout.annotations]


# ---- money --------------------------------------------------------------------------------------------------------

STAGES = {
    "budget": 100_000.0,
    "own": 60_000.0,
    "allocated": 30_000.0,
    "received": 25_000.0,
    "paid": 70_000.0,
    "settled": 40_000.0,
    "other": 20_000.0,
}


def test_gaps_lead_from_each_stage_to_the_next() -> None:
    for is_settled, is_mixed in ((True, True), (True, False), (False, False)):
        level = 0.0
        for key, amount, is_stage in steps_of(STAGES, is_settled, is_mixed):
            if is_stage and key != "budget":
                assert level == pytest.approx(amount), key
            level = amount if is_stage else level + amount
    assert [key for key, _, _ in steps_of(STAGES, is_settled=False, is_mixed=False)][-1] == "paid"
    gaps = {key: amount for key, amount, is_stage in steps_of(STAGES, is_settled=True, is_mixed=True) if not is_stage}
    assert gaps == {
        "gap_allocated": -10_000,
        "gap_received": -5_000,
        "gap_paid": -15_000,
        "other": -20_000,
        "gap_settled": -10_000,
    }


def test_the_waterfall_is_in_ten_thousand_yuan_and_says_yuan_where_it_is_pointed_at() -> None:
    steps = [
        money.Step(key, key.upper(), amount, stage)
        for key, amount, stage in steps_of(STAGES, is_settled=True, is_mixed=True)
    ]
    figure: Any = money.money_waterfall(steps, "万元")
    fall = figure.data[0]
    assert list(fall.y) == [step.yuan / 10_000 for step in steps]
    assert list(fall.measure) == [
        "absolute" if step is steps[0] else "total" if step.is_stage else "relative" for step in steps
    ]
    assert tuple(fall.customdata[0]) == ("budget", "100,000.00")
    assert figure.data[1].y[0] == 10
    said = figure.data[2]
    assert list(said.text)[:2] == ["10.0", "-1.0"]
    # Above the bar, also above one that falls to the ground.
    assert list(said.y)[:3] == [10, 10, 9]
    low, high = figure.layout.yaxis.range
    assert low <= 0
    assert high > 10


def test_a_transfer_is_late_only_against_a_limit_of_its_place() -> None:
    held = [
        money.Held("a", "甲", 30, True, 30, 1),
        money.Held("b", "甲", 31, True, 30, 1),
        money.Held("c", "乙", 400, True, None, 1),
        money.Held("d", "乙", 20, False, 30, 1),
    ]
    figure: Any = money.days_held(held, ("in time", "late", "waiting", "limit"), "days")
    found = {trace.name: [said[0] for said in trace.customdata] for trace in figure.data}
    assert found == {"in time": ["a", "c"], "late": ["b"], "waiting": ["d"]}
    assert [line.x0 for line in figure.layout.shapes] == [30]


def test_paid_beside_recorded_has_the_line_on_which_both_are_equal() -> None:
    batches = [
        money.Compared("a", "A", 10_000, 12_000, stands_out=True),
        money.Compared("b", "B", 10_000, 10_000, stands_out=False),
    ]
    figure: Any = money.paid_beside_recorded(batches, ("recorded", "paid", "above", "below"), ("recorded", "paid"))
    line, inside, outside = figure.data
    assert list(line.x) == list(line.y)
    assert (list(inside.x), list(inside.y), list(outside.x), list(outside.y)) == ([1], [1], [1], [1.2])
    assert outside.marker.symbol != inside.marker.symbol


# ---- complaints ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phi", [0.4, 1.0, 2.25])
def test_limits_of_the_funnel_are_those_of_scipy(phi: float) -> None:
    points = [
        complaints.InFunnel("a", "A", 400, 3, 7.5, "above_95"),
        complaints.InFunnel("b", "B", 2_000, 4, 2.0, "inside"),
        complaints.InFunnel("c", "C", 9_000, 20, 2.222, "inside"),
    ]
    target = 27 / 11.4
    limits = complaints.Limits(target, phi, 0.95, 0.998)
    figure: Any = complaints.funnel(points, limits, ("visits", "rate", "pooled"), ("95 %", "99.8 %"))
    outer, inner, inside, outside = figure.data
    for trace, confidence in ((outer, 0.998), (inner, 0.95)):
        half = list(trace.x).index(None)
        drawn_high = dict(zip(trace.x[:half], trace.y[:half], strict=True))
        drawn_low = dict(zip(trace.x[half + 1 :], trace.y[half + 1 :], strict=True))
        for point in points:
            e = point.visits / 1000
            for drawn, quantile in ((drawn_low, (1 - confidence) / 2), (drawn_high, (1 + confidence) / 2)):
                exact = poisson.ppf(quantile, target * e) / e
                wanted = target + (exact - target) * max(1, phi) ** 0.5
                assert drawn[point.visits] == (pytest.approx(wanted) if wanted > 0 else None)
    assert [said[0] for said in outside.customdata] == ["a"]
    assert [said[0] for said in inside.customdata] == ["b", "c"]
    assert outside.marker.symbol != inside.marker.symbol
    assert figure.layout.yaxis.range[1] > max(point.rate for point in points)


def test_a_funnel_without_any_complaint_is_drawn() -> None:
    points = [complaints.InFunnel("a", "A", 400, 0, 0.0, "inside")]
    limits = complaints.Limits(0.0, 1.0, 0.95, 0.998)
    figure: Any = complaints.funnel(points, limits, ("v", "r", "p"), ("95 %", "99.8 %"))
    assert [len(trace.x) for trace in figure.data] == [1, 0]


def test_lamps_are_as_many_as_complaints_and_reach_the_threshold() -> None:
    rows = [complaints.Counter("a", "A", 2, 3), complaints.Counter("b", "B", 4, 3)]
    figure: Any = complaints.counters(rows, ("counted", "free", "reached"), "n")
    lamps = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in figure.data}
    assert lamps == {
        "counted": [(1, "A"), (2, "A")],
        "reached": [(1, "B"), (2, "B"), (3, "B"), (4, "B")],
        "free": [(3, "A")],
    }


def test_a_month_outside_its_limits_has_another_form() -> None:
    series = complaints.Series(["2025-01", "2025-02", "2025-03"], [1.0, None, 9.0], ["", "", ""], 2.0, -1.0, 5.0)
    figure: Any = complaints.monthly(series, ("mean", "upper", "lower"), "rate")
    assert list(figure.data[0].marker.symbol) == ["circle", "circle", "diamond"]
    # A lower limit of a rate below zero limits nothing and is not drawn.
    assert texts(figure) == ["mean 2.00", "upper 5.00"]


def test_months_and_categories_keep_to_four_series() -> None:
    months: Any = complaints.stacked_months(["2025-01"], [(str(number), [1]) for number in range(4)])
    assert len(months.data) == 4
    pairs: Any = complaints.paired_bars(["x"], ("all", [3]), ("upheld", [1]))
    assert [list(trace.x) for trace in pairs.data] == [[3], [1]]


# ---- facilities ---------------------------------------------------------------------------------------------------


def test_dumbbells_say_by_how_much_and_keep_the_order() -> None:
    areas = [facilities.Area("a", "A", 100, 20), facilities.Area("b", "B", 50, 40)]
    figure: Any = facilities.dumbbells(areas, ("actual", "required", "short"), "m2")
    line, actual, required, words = figure.data
    assert list(line.x) == [20, 100, None, 40, 50, None]
    assert (list(actual.x), list(required.x)) == ([20, 40], [100, 50])
    assert [text.strip() for text in words.text] == ["short 80.0", "short 10.0"]
    assert [said[0] for said in actual.customdata] == ["a", "b"]


def test_places_of_the_map_are_counties_that_exist() -> None:
    known = load_divisions()
    assert [code for code in _places() if code not in known] == []


@given(st.lists(st.sampled_from([*_places(), "371099", "371098", "140599", "990101"]), min_size=1, unique=True))
def test_no_two_counties_share_a_square(counties: list[str]) -> None:
    found = arranged(counties)
    assert found.keys() == set(counties)
    squares = sorted(found.values())
    for place, (column, row) in enumerate(squares):
        for other_column, other_row in squares[place + 1 :]:
            assert abs(column - other_column) >= 1 or abs(row - other_row) >= 1


def test_a_city_stands_in_the_first_room_beside_the_others() -> None:
    high = ["140502", "140521", "140522", "140524", "140525", "140581"]
    found = arranged([*high, "150302", "150303", "371002", "371003", "371081", "371082", "371083"])
    assert max(found[one][1] for one in high) == 2
    # The third city goes beside the first, not below the highest.
    assert max(row for _, row in found.values()) < 5


def test_each_square_says_its_state_and_can_be_chosen() -> None:
    tiles = [
        facilities.Tile(state, f"city {number // 2}", state, number, 0, state, "told", "hover")
        for number, state in enumerate(STATES)
    ]
    figure: Any = facilities.tile_map(tiles, NAMES, 10)
    outlines = [trace for trace in figure.data if trace.fill == "toself"]
    marks = [trace for trace in figure.data if trace.mode == "markers+text"]
    assert {trace.name for trace in outlines} == set(STATES)
    assert {said[0] for trace in marks for said in trace.customdata} == set(STATES)
    assert len({trace.fillcolor for trace in outlines}) == 4
    assert texts(figure) == ["city 0", "city 1"]


def test_a_county_is_short_before_it_is_unknown_before_it_passes() -> None:
    row = {"short": 1, "not_assessable": 1, "passed": 1, "no_rule": 1}
    assert county_state(row) == "FAIL"
    assert county_state({**row, "short": 0}) == "NOT_ASSESSABLE"
    assert county_state({**row, "short": 0, "not_assessable": 0}) == "PASS"
    assert county_state({**row, "short": 0, "not_assessable": 0, "passed": 0}) == "NO_RULE_IN_FORCE"


def test_each_state_of_the_matrix_has_a_mark_of_its_own() -> None:
    cells = [facilities.StepOfArea("a", "A", str(number), state, "") for number, state in enumerate(STATES)]
    figure: Any = facilities.delivery_matrix(cells, [str(number) for number in range(4)], NAMES)
    assert len({trace.text[0] for trace in figure.data}) == 4
    assert all(trace.customdata[0][0] == "a" for trace in figure.data)


def test_land_has_the_required_line_and_a_word_for_what_is_unknown() -> None:
    rows = [
        facilities.Land("a", "A", 0.1, 0.15, "FAIL"),
        facilities.Land("b", "B", None, 0.15, "NOT_ASSESSABLE"),
        facilities.Land("c", "C", 0.2, None, "NO_RULE_IN_FORCE"),
    ]
    figure: Any = facilities.land_bars(rows, ("required", "unknown"), NAMES, "m2")
    assert [line.x0 for line in figure.layout.shapes] == [0.15]
    said = figure.data[-1]
    assert {label: text.strip() for label, text in zip(said.y, said.text, strict=True)} == {
        "A": "0.1000　FAIL",
        "B": "unknown　NOT_ASSESSABLE",
        "C": "0.2000　NO_RULE_IN_FORCE",
    }
    # No figure is crossed by the line.
    assert min(said.x) == 0.15


# ---- scorecards ---------------------------------------------------------------------------------------------------


def test_totals_have_their_intervals_the_median_and_a_mark_for_too_few() -> None:
    shown = [
        cards.Card("a", "A", 90.0, 85.0, 94.0, False, ""),
        cards.Card("b", "B", 70.0, 60.0, 80.0, True, ""),
        cards.Card("c", "C", 50.0, 40.0, 60.0, False, ""),
        cards.Card("d", "D", None, None, None, False, ""),
    ]
    figure: Any = cards.totals(shown, {"pass": 60}, ("total", "capped", "too few", "median"), "total")
    total, capped, few = figure.data
    assert (list(total.error_x.array), list(total.error_x.arrayminus)) == ([4, 10], [5, 10])
    assert [trace.marker.symbol for trace in figure.data] == ["circle", "diamond", "circle-x-open"]
    assert (list(capped.y), list(few.y), few.text[0].strip()) == (["B"], ["D"], "too few")
    assert "median 70.0" in texts(figure)
    start = figure.layout.xaxis.range[0]
    assert start < 40
    assert start < few.x[0]


def test_domains_are_panels_with_the_provider_among_its_peers() -> None:
    scores = [
        cards.DomainScore("a", "x", 90.0),
        cards.DomainScore("b", "x", 50.0),
        cards.DomainScore("c", "x", 70.0),
        cards.DomainScore("a", "y", None),
        cards.DomainScore("b", "y", 40.0),
    ]
    figure: Any = cards.domains(scores, "a", {"x": "X", "y": "Y"}, ("median", "too few"))
    peers, middle, own, _, _, unknown = figure.data
    assert (list(peers.x), list(middle.x), list(own.x)) == ([50, 70], [70, 70], [90])
    assert (unknown.mode, unknown.text[0]) == ("text", "too few")
    assert own.customdata[0][0] == "x"


def test_measures_that_are_not_scored_say_so() -> None:
    rows = [cards.MeasureScore("a", "A", 80.0, 70.0, ""), cards.MeasureScore("b", "B", None, None, "")]
    figure: Any = cards.measures(rows, ("own", "peers", "too few"), "score")
    bars, marks = figure.data
    assert [text.strip() for text in bars.text] == ["80.0", "too few"]
    assert list(marks.x) == [70]


def test_quarters_lie_inside_the_scale_and_unfinished_ones_are_open() -> None:
    rows = [
        cards.Quarter("2025-Q1", 90.0, 80.0, 130.0, True),
        cards.Quarter("2025-Q2", 70.0, 60.0, 80.0, False),
        cards.Quarter("2025-Q3", None, None, None, True),
    ]
    figure: Any = cards.quarters(rows, "unfinished", "total")
    band, line = figure.data
    assert (max(band.y), min(band.y)) == (100, 60)
    assert list(line.marker.symbol) == ["circle", "circle-open"]


# ---- quality ------------------------------------------------------------------------------------------------------


def test_shares_of_rows_add_up_and_an_empty_source_has_none() -> None:
    figure: Any = quality.row_counts(["a", "b"], [("loaded", [98, 0]), ("duplicate", [1, 0]), ("quarantined", [1, 0])])
    assert [sum(trace.x[place] for trace in figure.data) for place in (0, 1)] == [pytest.approx(1), 0]
    assert [said[1] for said in figure.data[0].customdata] == [98, 0]


def test_late_sources_and_those_that_never_came_stand_apart() -> None:
    as_of = dt.date(2025, 6, 30)
    rows = [
        quality.Reach("a", as_of, is_late=False),
        quality.Reach("b", dt.date(2025, 1, 1), is_late=True),
        quality.Reach("c", None, is_late=True),
    ]
    figure: Any = quality.reaches(rows, as_of, ("in time", "late", "nothing", "as of"))
    assert {trace.name: list(trace.y) for trace in figure.data} == {"in time": ["a"], "late": ["b"], "nothing": ["c"]}
