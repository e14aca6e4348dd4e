"""Reading in a real browser: on paper, by keyboard alone, and by who does not see the charts."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from pipelines.publishing import current
from tests.browser.watching import settled

# Each page, and the ways down that have charts or tables of their own.
ADDRESSES = (
    "overview",
    "findings",
    "finding?id={finding}",
    "funds",
    "funds?batch={batch}",
    "complaints",
    "complaints?provider={provider}&peers={peers}",
    "facilities",
    "facilities?area={area}",
    "scorecards",
    "scorecards?provider={provider}&peers={peers}&domain={domain}",
    "what_if",
    "policy",
    "method",
    "method?rule=S01",
    "quality",
    "report",
)

# For each chart: what it is called for who does not see it, whether its definition stands under it, and a table.
_CHARTS = """
() => {
    const found = [];
    const wanted = "[data-testid=stPlotlyChart], [data-testid=stCaptionContainer], [data-testid=stExpander], "
        + "[data-testid=stDataFrame]";
    for (const one of document.querySelectorAll(wanted)) {
        const kind = one.dataset.testid, last = found.at(-1);
        if (kind === "stPlotlyChart") {
            const named = one.matches("[aria-label]") ? one : one.querySelector("[aria-label]");
            found.push({alternative: named?.getAttribute("aria-label") ?? "", defined: false, table: false});
        }
        else if (!last) continue;
        else if (kind === "stCaptionContainer") last.defined ||= one.innerText.startsWith("定义：");
        else last.table ||= kind === "stDataFrame" || one.innerText.includes("数据表");
    }
    return found;
}
"""

# Grids without a name of their own; those of a closed table are not drawn.
_NAMELESS_TABLES = """
() => [...document.querySelectorAll("[data-testid=stDataFrame]")]
    .filter((one) => !one.parentElement.querySelector("[aria-label^='数据表，']")).length
"""

# What has the focus, whether that is seen, and what it says of itself.
_FOCUSED = """
() => {
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    const seen = (part) => {
        const look = getComputedStyle(part);
        return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
    };
    let part = one, visible = false;
    for (let up = 0; up < 4 && part; up++, part = part.parentElement) visible ||= seen(part);
    const within = (name) => Boolean(one.closest(`[data-testid=${name}]`));
    return {
        visible, tag: one.tagName, text: (one.innerText || one.getAttribute("aria-label") || "").trim(),
        skips: within("stSkipToContent"), navigates: within("stSidebarNav"), table: within("stDataFrame"),
    };
}
"""


def table(app: Any, name: str) -> pl.DataFrame:
    publication = current(app.data)
    assert publication
    return pl.read_parquet(publication.folder / f"{name}.parquet")


@pytest.fixture(scope="module")
def known(app: Any) -> dict[str, str]:
    """An id of each kind that an address may name."""
    card = table(app, "scorecards").sort("visits", descending=True).row(0, named=True)
    domains = table(app, "scorecard_domains").filter(pl.col("provider") == card["provider"])
    return {
        "finding": table(app, "findings").filter(pl.col("rule") == "P04")["finding_id"][0],
        "batch": table(app, "settlement_lines")["batch_id"][0],
        "provider": card["provider"],
        "peers": card["jurisdiction"],
        "domain": domains["domain"][0],
        "area": table(app, "area_compliance")["residential_area_id"][0],
    }


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One window for all of these tests: none of them changes anything."""
    made = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme="light")
    yield made.new_page()
    made.close()


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_chart_has_its_definition_table_and_alternative_and_nothing_is_wider_than_the_screen(
    app: Any, page: Page, known: dict[str, str], address: str
) -> None:
    page.goto(f"{app.address}/{address.format(**known)}")
    settled(page)
    charts = page.evaluate(_CHARTS)
    assert [one for one in charts if not (one["alternative"] and one["defined"] and one["table"])] == []
    if address in {"funds", "complaints", "facilities", "quality"}:
        assert len(charts) >= 2
    assert page.evaluate(_NAMELESS_TABLES) == 0
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 1366
    assert page.evaluate("document.documentElement.scrollWidth") <= 1366


# ---- on paper -----------------------------------------------------------------------------------------------------

_BUTTONS = (
    "[data-testid=stButton], [data-testid=stDownloadButton], [data-testid=stForm], [data-testid=stElementToolbar]"
)


# Whatever is drawn ends within the page, and the page is as long as all of it.
_NOTHING_IS_CUT = """
() => {
    const block = document.querySelector("[data-testid=stMainBlockContainer]").getBoundingClientRect();
    const parts = [...document.querySelectorAll("[data-testid=stMain] :is(svg.main-svg, canvas, h3, p)")];
    const whole = document.documentElement.scrollHeight;
    return parts.every((one) => one.getBoundingClientRect().right <= block.right + 1)
        && block.bottom <= whole + 1 && whole > innerHeight;
}
"""


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")
@pytest.mark.parametrize("address", ["funds", "finding?id={finding}"])
def test_a_printed_page_is_whole_and_has_neither_navigation_nor_buttons(
    app: Any, page: Page, known: dict[str, str], address: str, tmp_path: Path
) -> None:
    page.goto(f"{app.address}/{address.format(**known)}")
    settled(page)
    words = page.locator("[data-testid=stMain] :is(h1, h2, h3)").all_inner_texts()
    alternatives = page.locator("[data-testid=stSidebarNav] a").all_inner_texts()
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    told = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "page.pdf", "-"], check=True, capture_output=True, text=True
    ).stdout
    plain = re.sub(r"\s", "", told)
    assert [one for one in words if re.sub(r"\s", "", one) not in plain] == []
    assert told.count("\f") >= 2
    assert "导出 xlsx" not in told
    assert ("表格在纸上只有屏幕上所见的各行" in plain) == (page.locator("[data-testid=stDataFrame]").count() > 0)
    assert not {line.strip() for line in told.splitlines()} & {one.split("\n")[-1] for one in alternatives}


def test_on_paper_nothing_is_cut_off(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/facilities")
    settled(page)
    page.emulate_media(media="print")
    try:
        # Charts follow a change of their width some time later.
        page.wait_for_function(_NOTHING_IS_CUT, timeout=20_000)
        assert [one for one in page.locator(_BUTTONS).all() if one.is_visible()] == []
        assert not page.locator("[data-testid=stSidebar]").is_visible()
    finally:
        page.emulate_media(media="screen")


# ---- by keyboard alone --------------------------------------------------------------------------------------------


def walked(page: Page, most: int) -> list[dict[str, Any]]:
    """What has the focus after each Tab."""
    found = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(_FOCUSED)
        if at:
            found.append(at)
    return found


def test_the_keyboard_reaches_navigation_filters_and_tables_and_is_seen_where_it_is(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/funds")
    settled(page)
    places = walked(page, 60)
    assert (places[0]["skips"], places[0]["text"]) == (True, "跳到正文")
    assert any(one["navigates"] and "概览" in one["text"] for one in places)
    said = [one["text"] for one in places]
    for wanted in ("地区", "年度", "查找", "中文", "项目", "数据表", "导出 xlsx"):
        assert any(wanted in text for text in said), wanted
    assert any(one["tag"] == "CANVAS" for one in places)
    # A table is a picture and draws the mark of its cell itself.
    assert [one["text"] for one in places if not (one["visible"] or one["table"])] == []


def test_enter_follows_a_link_and_opens_a_table(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/funds")
    settled(page)
    page.get_by_role("link", name="投诉").focus()
    page.keyboard.press("Enter")
    settled(page)
    assert "/complaints" in page.url
    page.locator("[data-testid=stExpander] summary").first.focus()
    page.keyboard.press("Enter")
    grid = page.locator("[data-testid=stExpander] [data-testid=stDataFrame]").first
    grid.wait_for(state="visible", timeout=20_000)


def test_a_row_is_chosen_by_keyboard(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/facilities")
    settled(page)
    page.locator("[data-testid=stDataFrame] canvas").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Shift+Space")
    expect(page).to_have_url(re.compile("area="), timeout=20_000)


def test_menus_and_names_of_widgets_are_in_the_pages_language(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/funds")
    settled(page)
    page.locator("[data-testid=stMainMenu] button").click()
    menu = page.locator("[data-testid=stMainMenuList]")
    expect(menu).to_contain_text("打印", timeout=20_000)
    assert re.findall(r"[A-Z][a-z]+", menu.inner_text()) == []
    names = page.locator("button[aria-label]").evaluate_all("all => all.map((one) => one.ariaLabel)")
    assert [name for name in names if name.startswith(("Help", "Search", "Fullscreen"))] == []
