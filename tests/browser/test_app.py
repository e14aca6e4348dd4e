"""The app in a real browser, on a publication of the demo. Pictures of every page go to `screenshots/`."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine as calamine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipelines.publishing import current, switch
from tests.browser.watching import settled

PICTURES = Path(__file__).resolve().parent.parent.parent / "screenshots"
PAGES = {
    "funds": ("资金是否到达服务？", "Did the money reach services?"),
    "complaints": ("哪些机构的投诉超出偶然？", "Whose complaints are more than chance explains?"),
    "facilities": ("哪里缺养老用房，哪里缺用地？", "Where are rooms or land for care short?"),
    "scorecards": ("机构表现如何？", "How does a provider perform?"),
    "quality": ("数据能信吗？", "Can the data be trusted?"),
}


def visit(page: Page, address: str, headline: str) -> None:
    page.goto(address)
    expect(page.locator("h1")).to_have_text(headline, timeout=30_000)
    expect(page.locator("[data-testid=stMetricValue]").first).to_be_visible(timeout=30_000)
    settled(page)


def figures(page: Page) -> list[str]:
    return page.locator("[data-testid=stMetricValue]").all_inner_texts()


@pytest.mark.parametrize(("language", "scheme"), [("中文", "light"), ("中文", "dark"), ("English", "light")])
@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_shows_itself(app: Any, browser: Browser, name: str, language: str, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme=scheme)
    page, outside = context.new_page(), []
    own = ("data:", "blob:", app.address, app.address.replace("http", "ws"))
    page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
    visit(page, f"{app.address}/{name}?lang={language}", PAGES[name][language == "English"])
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "English" else "zh-CN")
    expect(page.locator("[data-testid=stPlotlyChart] svg.main-svg").first).to_be_visible(timeout=20_000)
    page.wait_for_timeout(600)
    PICTURES.mkdir(exist_ok=True)
    height = page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    page.set_viewport_size({"width": 1366, "height": max(768, min(int(height), 4000))})
    page.wait_for_timeout(600)
    page.screenshot(path=PICTURES / f"{name}_{language}_{scheme}.png")
    text = page.locator("body").inner_text()
    assert "Traceback" not in text
    assert not re.search(r"\b\d{17}[\dX]\b", text)
    assert outside == []
    context.close()


def test_filters_stand_in_the_address_and_give_the_same_view_elsewhere(
    app: Any, context: BrowserContext, browser: Browser
) -> None:
    page = context.new_page()
    visit(page, f"{app.address}/funds", PAGES["funds"][0])
    everything = figures(page)
    page.get_by_role("combobox", name="地区").click()
    page.get_by_role("option", name="威海市 371000").click()
    expect(page).to_have_url(re.compile("place="))
    settled(page)
    chosen = figures(page)
    assert chosen != everything
    page.get_by_role("link", name="投诉").click()
    expect(page.locator("h1")).to_have_text(PAGES["complaints"][0])
    expect(page).to_have_url(re.compile("place="))
    settled(page)
    page.go_back()
    expect(page.locator("h1")).to_have_text(PAGES["funds"][0])
    page.reload()
    settled(page)
    assert figures(page) == chosen
    fresh = browser.new_context().new_page()
    visit(fresh, page.url, PAGES["funds"][0])
    assert figures(fresh) == chosen
    fresh.context.close()


def test_illegal_values_are_dropped(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    visit(page, f"{app.address}/funds", PAGES["funds"][0])
    everything = figures(page)
    visit(page, f"{app.address}/funds?place=%27%20or%201%3D1&year=1066&lang=Klingon", PAGES["funds"][0])
    assert figures(page) == everything


def select_first_row(page: Page, place: int = 0) -> None:
    """A click on the selection mark of the first row of a table, which is drawn on a canvas."""
    canvas = page.locator("[data-testid=stDataFrame]").nth(place)
    canvas.scroll_into_view_if_needed()
    canvas.click(position={"x": 16, "y": 52})


def test_an_export_opens_and_says_what_it_is(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    visit(page, f"{app.address}/facilities?place=威海市 371000", PAGES["facilities"][0])
    with page.expect_download(timeout=180_000) as waiting:
        page.get_by_role("button", name="导出 xlsx").first.click()
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    about, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert ["地区", "威海市 371000"] in [row[:2] for row in about]
    areas = pl.read_parquet(app.data / "published" / "*" / "area_compliance.parquet").unique("residential_area_id")
    assert len(rows) - 1 == areas.filter(pl.col("division_code").str.starts_with("3710")).height


def test_a_new_publication_appears_without_a_restart(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    visit(page, f"{app.address}/funds", PAGES["funds"][0])
    before = page.get_by_text("数据截至").first.inner_text()
    shown = current(app.data)
    assert shown
    name = app.publish(dt.date(2025, 5, 31))
    try:
        page.reload()
        expect(page.get_by_text(name).first).to_be_visible(timeout=20_000)
        assert "2025-06-30" in before
    finally:
        # Other tests look at the publication they know, whatever their order.
        switch(app.data, shown.manifest["run"])


def test_the_pages_on_all_checks_are_complete_in_themselves(app: Any, context: BrowserContext, tmp_path: Path) -> None:
    page, outside = context.new_page(), []
    visit(page, f"{app.address}/quality", PAGES["quality"][0])
    with page.expect_download(timeout=180_000) as waiting:
        page.get_by_role("button", name="下载检查明细网页").click()
    with zipfile.ZipFile(waiting.value.path()) as packed:
        packed.extractall(tmp_path)
    page.on("request", lambda request: None if request.url.startswith("file:") else outside.append(request.url))
    page.goto((tmp_path / "index.html").as_uri())
    page.get_by_role("link", name="报送数据检查结果").click()
    expect(page.locator("body")).to_contain_text("unexpected values found")
    assert outside == []


def test_tables_offer_no_download_that_no_log_knows(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{app.address}/findings")
    buttons = page.locator('[aria-label^="Download as CSV"]')
    buttons.first.wait_for(state="attached", timeout=30_000)
    assert [box for box in buttons.all() if box.is_visible()] == []
