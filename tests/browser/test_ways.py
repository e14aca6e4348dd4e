"""Ways down in a real browser: each level stands in the address, its rows add up to its figure, and exports hold them."""

import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine as calamine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.places import labelled
from pipelines.publishing import current
from tests.browser.test_app import PAGES
from tests.browser.watching import settled

HOLDS, HOLDS_NOT = "与所选数值一致", "与所选数值"


def table(app: Any, name: str) -> pl.DataFrame:
    publication = current(app.data)
    assert publication
    return pl.read_parquet(publication.folder / f"{name}.parquet")


def opened(context: BrowserContext, app: Any, address: str) -> Page:
    page = context.new_page()
    page.goto(f"{app.address}/{address}")
    expect(page.locator("h1")).to_have_text(PAGES[address.partition("?")[0]][0], timeout=30_000)
    settled(page)
    return page


def totals(page: Page) -> list[str]:
    return [text for text in page.locator("[data-testid=stAlert]").all_inner_texts() if HOLDS_NOT in text]


def exported(page: Page, place: int) -> list[list[Any]]:
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="导出 xlsx").nth(place).click()
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    return book.get_sheet_by_name(book.sheet_names[1]).to_python()


def click_mark(page: Page, chart: int, layer: str, mark: int) -> None:
    """A click on a mark of a chart; Plotly listens above its marks, so the click goes to the place, not to the mark."""
    box = page.locator("[data-testid=stPlotlyChart]").nth(chart).locator(layer).nth(mark).bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page)


def test_a_bar_of_the_waterfall_leads_to_its_rows(app: Any, context: BrowserContext, browser: Browser) -> None:
    page = opened(context, app, "funds")
    page.locator("[data-testid=stPlotlyChart]").first.scroll_into_view_if_needed()
    # A chart hears clicks only some time after it is drawn.
    for _ in range(5):
        click_mark(page, 0, ".waterfalllayer .point", 6)
        if "step=paid" in page.url:
            break
        page.wait_for_timeout(1_000)
    expect(page).to_have_url(re.compile("step=paid"))
    assert all(HOLDS in text for text in totals(page))
    assert len(totals(page)) == 1
    fresh = browser.new_context(viewport={"width": 1366, "height": 768})
    again = fresh.new_page()
    again.goto(page.url)
    expect(again.get_by_text(HOLDS)).to_be_visible(timeout=30_000)
    assert totals(again) == totals(page)
    fresh.close()


@pytest.mark.parametrize(
    "step", ["budget", "gap_allocated", "allocated", "gap_received", "received", "gap_paid", "settled"]
)
def test_rows_of_each_stage_add_up_in_the_app(app: Any, context: BrowserContext, step: str) -> None:
    page = opened(context, app, f"funds?step={step}&programme=all")
    expect(page.get_by_text(HOLDS).first).to_be_visible(timeout=20_000)
    assert len(totals(page)) == 1


def test_an_export_of_a_stage_has_its_rows_and_their_total(app: Any, context: BrowserContext) -> None:
    page = opened(context, app, "funds?step=settled")
    expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="导出 xlsx").first.scroll_into_view_if_needed()
    shown = [name for name in page.get_by_role("button", name="导出 xlsx").all() if name.is_visible()]
    rows = (
        exported(page, 0)
        if len(shown) == 1
        else next(found for found in (exported(page, n) for n in range(len(shown))) if "结算批次" in found[0])
    )
    amount = rows[0].index("金额（元）")
    wanted = table(app, "payment_coverage").filter(pl.col("programme") == "purchased_service")["covered"].sum()
    assert sum(row[amount] for row in rows[1:]) == pytest.approx(float(wanted))


def test_a_batch_shows_payments_lines_and_visits_that_add_up(app: Any, context: BrowserContext) -> None:
    lines = table(app, "settlement_lines")
    odd = lines.filter(pl.col("state") == "differs").row(0, named=True)
    page = opened(context, app, f"funds?batch={odd['batch_id']}&lines=differs&line={odd['line_id']}")
    expect(page.get_by_text("平台服务记录", exact=True)).to_be_visible(timeout=20_000)
    assert len(totals(page)) == 2
    assert all(HOLDS in text for text in totals(page))
    text = page.locator("[data-testid=stMain]").inner_text()
    assert f"{odd['visit_file']}" in text
    assert f"行号 {odd['visit_line']}" in text
    page.get_by_role("button", name="返回资金流向").click()
    expect(page).not_to_have_url(re.compile("batch="))
    expect(page.get_by_text("资金流向（万元）")).to_be_visible(timeout=20_000)


def test_lines_of_a_batch_lie_together_in_the_file(app: Any) -> None:
    batches = table(app, "settlement_lines")["batch_id"]
    assert batches.to_list() == sorted(batches)


@pytest.mark.parametrize("address", ["funds?batch=nothing", "facilities?area=nothing", "scorecards?provider=nothing"])
def test_what_is_not_there_says_so_and_offers_a_way_back(app: Any, context: BrowserContext, address: str) -> None:
    page = opened(context, app, address)
    expect(page.get_by_text("没有这一项，或者您无权查看。")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="返回", exact=True).click()
    expect(page.locator("[data-testid=stMetricValue]").first).to_be_visible(timeout=20_000)


@pytest.mark.parametrize("address", ["funds?step=%27or%201", "facilities?county=zz&land=x", "quality?file=x&issue=y"])
def test_illegal_levels_are_dropped(app: Any, context: BrowserContext, address: str) -> None:
    page = opened(context, app, address)
    expect(page.locator("[data-testid=stMetricValue]").first).to_be_visible(timeout=20_000)
    assert "无法显示" not in page.locator("body").inner_text()


def test_a_place_without_data_says_why_and_offers_a_reset(app: Any, context: BrowserContext) -> None:
    counts = table(app, "complaint_counts").with_columns(year=pl.col("month").str.head(4))
    spoken_of = set(counts.select("division_code", "year").iter_rows())
    places = sorted(set(table(app, "area_compliance")["division_code"]))
    place, year = next((one, year) for one in places for year in ("2024", "2025") if (one, year) not in spoken_of)
    page = opened(context, app, f"complaints?place={labelled(place)}&year={year}")
    expect(page.get_by_text("没有符合条件的数据")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="重置筛选").click()
    expect(page.locator("[data-testid=stMetricValue]").first).to_be_visible(timeout=20_000)


def test_complaints_of_a_provider_are_those_that_the_funnel_counts(app: Any, context: BrowserContext) -> None:
    funnel = table(app, "complaint_funnel").sort("complaints", descending=True).row(0, named=True)
    page = opened(context, app, f"complaints?peers={funnel['jurisdiction']}&provider={funnel['provider']}")
    expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
    assert f"明细 {funnel['complaints']} 行" in totals(page)[0]


def test_each_counter_has_its_complaints(app: Any, context: BrowserContext) -> None:
    for row in table(app, "complaint_counters").iter_rows(named=True):
        page = opened(context, app, f"complaints?counter={row['rule']}|{row['jurisdiction']}|{row['subject']}")
        expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
        assert f"明细 {row['complaints']} 行" in totals(page)[0]
        page.close()


def test_an_area_shows_its_calculation_and_its_source_row(app: Any, context: BrowserContext) -> None:
    area = table(app, "area_compliance").filter(pl.col("state") == "FAIL").row(0, named=True)
    source = table(app, "trace_residential_areas").filter(pl.col("residential_area_id") == area["residential_area_id"])
    page = opened(context, app, f"facilities?area={area['residential_area_id']}")
    expect(page.get_by_text(source["file"][0]).first).to_be_visible(timeout=20_000)
    text = page.locator("[data-testid=stMain]").inner_text()
    assert f"= {area['required_m2'] - area['provided_m2']:,.2f}" in text
    assert f"行号 {source['line'][0]}" in text


def test_land_of_a_division_is_that_of_its_facilities(app: Any, context: BrowserContext) -> None:
    page = opened(context, app, "facilities?land=150300")
    expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)


def test_a_square_of_the_map_leads_to_its_areas(app: Any, context: BrowserContext) -> None:
    page = opened(context, app, "facilities?county=371002")
    expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
    areas = table(app, "area_compliance").filter(pl.col("division_code").str.starts_with("371002"))
    assert f"明细 {areas.height} 行" in totals(page)[0]


def test_measures_of_cards_lead_to_rows_that_add_up(app: Any, context: BrowserContext) -> None:
    card = table(app, "scorecards").sort("visits", descending=True).row(0, named=True)
    own = table(app, "scorecard_measures").filter(
        (pl.col("provider") == card["provider"])
        & (pl.col("jurisdiction") == card["jurisdiction"])
        & (pl.col("state") != "no_data")
    )
    for row in own.iter_rows(named=True):
        card = f"peers={row['jurisdiction']}&provider={row['provider']}"
        address = f"scorecards?{card}&domain={row['domain']}&measure={row['measure']}"
        page = opened(context, app, address)
        expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
        page.close()


def test_quarantined_rows_of_a_file_are_listed_without_values(app: Any, context: BrowserContext) -> None:
    files = table(app, "files")
    rows = table(app, "quarantine").filter(pl.col("level") == "row")
    file = files.filter((pl.col("rows_quarantined") > 0) & pl.col("file").is_in(rows["file"].implode())).row(
        0, named=True
    )
    page = opened(context, app, f"quality?file={file['file']}|{file['source']}")
    expect(page.get_by_text(HOLDS)).to_be_visible(timeout=20_000)
    assert f"明细 {file['rows_quarantined']} 行" in totals(page)[0]
