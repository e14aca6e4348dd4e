"""The log of use and saved views in a real browser: who reaches the log, and whether a view opens as it was saved."""

import io
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import python_calamine as calamine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.identity import local_identity
from pipelines.decisions import open_store
from tests.browser.test_pages import findings
from tests.browser.test_sign_in import guarded_app, sign_in
from tests.browser.watching import settled

OF_WEIHAI = "place=威海市 371000"
OUTSIDE = "![](http://example.org/x.png) <b>威海</b>"


def opened(page: Page, address: str) -> None:
    page.goto(address)
    settled(page)


def names_of_pages(page: Page) -> list[str]:
    return [name.split("\n")[-1] for name in page.locator("[data-testid=stSidebarNav] a").all_inner_texts()]


def filters(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def queue(page: Page) -> str:
    """How many findings the page speaks of, and how much money."""
    return page.get_by_role("heading", name=re.compile(r"疑点 \S+ 条，")).inner_text()


def save(page: Page, name: str) -> None:
    page.get_by_role("button", name="保存当前视图").click()
    page.get_by_role("textbox", name="视图名称").fill(name)
    page.get_by_role("button", name="保存", exact=True).click()
    settled(page)
    page.keyboard.press("Escape")


# ---- saved views ---------------------------------------------------------------------------------------------------


def test_a_view_opens_as_it_was_saved(app: Any, context: BrowserContext, browser: Browser) -> None:
    page = context.new_page()
    opened(page, f"{app.address}/findings?{OF_WEIHAI}&rule=A01&order=oldest")
    shown, address = queue(page), filters(page)
    assert str(findings(app, rule="A01").height) != shown
    save(page, "威海用房")
    expect(page.get_by_text("已保存视图“威海用房”")).to_be_visible(timeout=20_000)
    mine = page.get_by_role("button", name="威海用房", exact=True)
    # From the same page with other filters, from another page, and from a page of another place, year and language.
    for start in (
        "findings?rule=S10&place=乌海市 150300&kind=breach",
        "findings",
        "facilities",
        "funds?place=乌海市 150300&year=2025&step=paid",
        "overview?lang=English",
    ):
        opened(page, f"{app.address}/{start}")
        mine.click()
        expect(page).to_have_url(re.compile(r"/findings\?.*rule=A01"), timeout=20_000)
        settled(page)
        expect(page).to_have_url(re.compile(r"place="), timeout=20_000)
        got = filters(page)
        assert got.pop("lang", ["中文"]) == ["English" if "lang" in start else "中文"]
        assert got == address, start
        if "lang" not in start:
            assert queue(page) == shown, start
    fresh = browser.new_context().new_page()
    opened(fresh, re.sub(r"[?&]lang=[^&]*", "", page.url))
    assert queue(fresh) == shown
    fresh.get_by_role("button", name="删除").click()
    expect(fresh.get_by_text("已删除视图“威海用房”")).to_be_visible(timeout=20_000)
    assert open_store(app.data).views(local_identity().user) == []
    fresh.context.close()


def test_a_view_of_everything_does_not_keep_the_place_of_before(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    opened(page, f"{app.address}/findings")
    shown = queue(page)
    save(page, "全部疑点")
    for start in (f"findings?{OF_WEIHAI}&rule=S10&year=2025", f"funds?{OF_WEIHAI}&year=2025"):
        opened(page, f"{app.address}/{start}")
        page.get_by_role("button", name="全部疑点", exact=True).click()
        expect(page).to_have_url(re.compile(r"/findings$"), timeout=20_000)
        settled(page)
        page.wait_for_timeout(3_500)  # as long as the page goes on completing its address
        assert filters(page) == {}
        assert queue(page) == shown
    page.get_by_role("button", name="删除").click()
    settled(page)


def test_a_hostile_name_asks_nobody_outside_and_an_over_long_one_is_refused(app: Any, context: BrowserContext) -> None:
    page, outside = context.new_page(), []
    own = ("data:", "blob:", app.address, app.address.replace("http", "ws"))
    page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
    opened(page, f"{app.address}/policy")
    save(page, "长" * 81)
    expect(page.get_by_text("名称须为 1 至 80 字")).to_be_visible(timeout=20_000)
    opened(page, f"{app.address}/policy")
    save(page, OUTSIDE)
    expect(page.get_by_role("button", name=OUTSIDE, exact=True)).to_be_visible(timeout=20_000)
    assert [view.name for view in open_store(app.data).views(local_identity().user)] == [OUTSIDE]
    assert outside == []
    page.get_by_role("button", name="删除").click()
    settled(page)
    assert open_store(app.data).views(local_identity().user) == []


# ---- the log -------------------------------------------------------------------------------------------------------


def test_the_log_is_for_administrators_by_navigation_address_and_export(
    app: Any, browser: Browser, tmp_path: Path
) -> None:
    with guarded_app(tmp_path, None, app.data) as served:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        page = context.new_page()
        sign_in(page, served.address, "planner")
        settled(page)
        assert "记录" not in names_of_pages(page)
        opened(page, f"{served.address}/log")
        expect(page.locator("h1")).to_have_text("没有此页")
        assert page.get_by_role("button", name="导出 xlsx").count() == 0
        context.close()

        context = browser.new_context(viewport={"width": 1366, "height": 768})
        page = context.new_page()
        sign_in(page, served.address, "admin")
        settled(page)
        assert names_of_pages(page) == ["概览", "政策条款", "方法", "数据质量", "记录"]
        assert page.get_by_role("button", name="导出 xlsx").count() == 0
        page.get_by_role("link", name="记录").click()
        expect(page.get_by_text("使用记录：完整")).to_be_visible(timeout=30_000)
        opened(page, f"{served.address}/log?user=planner@example.org&action=sign_in")
        with page.expect_download(timeout=60_000) as waiting:
            page.get_by_role("button", name="导出 xlsx").click()
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        context.close()
    about, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    assert ["用户", "planner@example.org"] in [row[:2] for row in about]
    assert {row[rows[0].index("用户")] for row in rows[1:]} == {"planner@example.org"}
    assert {row[rows[0].index("操作")] for row in rows[1:]} == {"进入系统"}
    last = open_store(app.data).uses(last=1)[0]
    assert (last.user, last.action, last.target) == ("admin@example.org", "export", "log")
    assert last.filters == {"action": "sign_in"}
