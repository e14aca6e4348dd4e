"""Overview, findings, the finding, policy and method in a real browser: the address, decisions, exports, access by link."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine as calamine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.identity import local_identity
from pipelines.decisions import Ask, decided_finding, open_store
from pipelines.publishing import current
from tests.browser.test_app import PAGES, select_first_row, visit
from tests.browser.watching import settled

NO_FINDING = "没有此疑点"
# What may stand in Latin letters in the Chinese view: names of forms and units, ids, and the other language's own name.
_ALLOWED = re.compile(r"English|xlsx|Word|root|UTC|UTF|GB|http\S+")

# Icons are drawn from words, and words of Streamlit's own are drawn over: nobody sees either.
WITHOUT_UNSEEN = """
() => document.querySelectorAll("body *").forEach((one) => {
    const look = getComputedStyle(one);
    if (look.fontFamily.includes("Material") || look.fontSize === "0px") one.remove();
})
"""


def folder(app: Any) -> Path:
    publication = current(app.data)
    assert publication
    return publication.folder


def findings(app: Any, **wanted: str) -> pl.DataFrame:
    frame = pl.read_parquet(folder(app) / "findings.parquet")
    return frame.filter(*[pl.col(name) == value for name, value in wanted.items()]).sort("finding_id")


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    yield context.new_page()


def test_the_apps_address_leads_to_the_landing_page_and_keeps_the_filters(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/?lang=English&place=威海市 371000")
    expect(page.locator("h1")).to_have_text("What needs attention?", timeout=30_000)
    expect(page).to_have_url(re.compile(r"/overview\?.*place="), timeout=20_000)
    expect(page.get_by_role("combobox", name="Place")).to_have_value("威海市 371000")


@pytest.mark.parametrize("address", ["nonsense", "providers"])
def test_an_unknown_page_and_one_that_is_not_given_say_the_same(app: Any, page: Page, address: str) -> None:
    page.goto(f"{app.address}/{address}")
    expect(page.locator("h1")).to_have_text("没有此页", timeout=30_000)
    assert "not found" not in page.locator("body").inner_text()


def test_a_figure_of_the_overview_leads_to_its_page_with_the_same_filters(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/overview?place=威海市 371000")
    settled(page)
    page.get_by_role("link", name="查看疑点").click()
    expect(page.locator("h1")).to_have_text("我要核查什么？", timeout=30_000)
    expect(page).to_have_url(re.compile(r"/findings\?.*decision=to_check"))
    expect(page.get_by_role("combobox", name="地区")).to_have_value("威海市 371000")
    places = pl.read_parquet(folder(app) / "finding_places.parquet")
    here = places.filter(pl.col("division_code").str.starts_with("3710"))["finding_id"].n_unique()
    expect(page.get_by_text(f"疑点 {here} 条，")).to_be_visible(timeout=20_000)


def test_the_filters_of_findings_stand_in_the_address_and_survive_another_language(
    app: Any, page: Page, browser: Browser
) -> None:
    page.goto(f"{app.address}/findings?rule=S10&order=oldest&decision=to_check&kind=breach")
    settled(page)
    count = findings(app, rule="S10").height
    expect(page.get_by_text(f"疑点 {count} 条，")).to_be_visible(timeout=20_000)
    page.get_by_text("English", exact=True).click()
    expect(page.get_by_text(f"{count} leads,")).to_be_visible(timeout=20_000)
    expect(page).to_have_url(re.compile(r"rule=S10"))
    page.reload()
    expect(page.get_by_text(f"{count} leads,")).to_be_visible(timeout=20_000)
    fresh = browser.new_context().new_page()
    fresh.goto(page.url)
    expect(fresh.get_by_text(f"{count} leads,")).to_be_visible(timeout=30_000)
    fresh.context.close()


def test_illegal_filters_of_findings_are_dropped(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/findings?rule=Z99&kind=%27or&decision=burnt&yuan=-5&order=random")
    settled(page)
    expect(page.get_by_text(f"疑点 {findings(app).height} 条，")).to_be_visible(timeout=20_000)
    assert "rule=" not in page.url


def test_a_finding_opens_by_its_link_and_says_all_that_is_needed(app: Any, page: Page) -> None:
    row = findings(app, rule="S10").row(0, named=True)
    page.goto(f"{app.address}/finding?id={row['finding_id']}")
    expect(page.locator("h1")).to_contain_text("S10", timeout=30_000)
    expect(page.get_by_role("heading", name="证据（")).to_be_visible(timeout=20_000)
    said = page.locator("[data-testid=stMain]").inner_text()
    for wanted in ("购买主体应当与承接主体签订合同", "晋市民〔2023〕12号", "与列示一致", "假定", "不包括", "首次发现"):
        assert wanted in said
    assert f"{row['amount']:,.2f}" in said
    assert page.get_by_text("与列示一致").count() == 2


@pytest.mark.parametrize("wanted", ["", "S10-0000000000000000", "%27%20or%201=1", "../../etc"])
def test_an_unknown_finding_says_so(app: Any, page: Page, wanted: str) -> None:
    page.goto(f"{app.address}/finding?id={wanted}")
    expect(page.locator("h1")).to_have_text(NO_FINDING, timeout=30_000)


def test_a_parameter_has_value_origin_and_days(app: Any, page: Page) -> None:
    finding_id = findings(app, rule="F02")["finding_id"][0]
    page.goto(f"{app.address}/finding?id={finding_id}")
    settled(page)
    shown = page.locator("[data-testid=stTable]").first
    expect(shown).to_be_visible(timeout=20_000)
    cells = [cell.strip() for cell in shown.locator("td").all_text_contents()]
    assert "30 天" in cells
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d", cell) for cell in cells)
    assert {"本地参数", "条文原有数值", "由条文推得"} & set(cells)


def test_a_decision_needs_a_reason_is_kept_and_is_seen_by_others(app: Any, page: Page, browser: Browser) -> None:
    finding_id = findings(app, rule="S11")["finding_id"][0]
    page.goto(f"{app.address}/finding?id={finding_id}")
    settled(page)
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("请填写理由")).to_be_visible(timeout=20_000)
    assert open_store(app.data).history(finding_id) == []
    page.get_by_role("textbox", name="理由").fill("已调取签到照片")
    page.locator("input[type=file]").set_input_files(
        {"name": "签到.txt", "mimeType": "text/plain", "buffer": "核查记录".encode()}
    )
    expect(page.get_by_text("签到.txt")).to_be_visible(timeout=20_000)
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("已记录：核查中")).to_be_visible(timeout=20_000)
    (kept,) = open_store(app.data).history(finding_id)
    assert (kept.state, kept.reason) == ("checking", "已调取签到照片")
    assert open_store(app.data).attachment(kept.attachments[0].sha256).decode() == "核查记录"
    fresh = browser.new_context().new_page()
    fresh.goto(f"{app.address}/finding?id={finding_id}")
    expect(fresh.get_by_text("已调取签到照片")).to_be_visible(timeout=30_000)
    fresh.context.close()


def test_a_decision_on_what_has_moved_is_refused(app: Any, page: Page) -> None:
    row = findings(app, rule="S12").row(0, named=True)
    page.goto(f"{app.address}/finding?id={row['finding_id']}")
    settled(page)
    finding = decided_finding(row, folder(app).name)
    open_store(app.data).decide(Ask(finding, "to_check"), "checking", "另一人先核查", "other@example.org")
    page.get_by_role("textbox", name="理由").fill("同时核查")
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("您的决定未记录")).to_be_visible(timeout=20_000)
    assert len(open_store(app.data).history(row["finding_id"])) == 1


def test_several_are_decided_on_for_one_reason(app: Any, page: Page) -> None:
    ids = set(findings(app, rule="P03")["finding_id"])
    page.goto(f"{app.address}/findings?rule=P03")
    settled(page)
    table = page.locator("[data-testid=stDataFrame]").last
    table.scroll_into_view_if_needed()
    table.click(position={"x": 18, "y": 18})  # the mark in the header ticks all
    expect(page.get_by_text(f"批量决定（已选 {len(ids)} 条）")).to_be_visible(timeout=20_000)
    page.get_by_role("textbox", name="理由").fill("同一批次统一核查")
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text(f"已对 {len(ids)} 条疑点作出决定")).to_be_visible(timeout=20_000)
    made = [one for one in open_store(app.data).decisions() if one.reason == "同一批次统一核查"]
    assert {one.finding_id for one in made} == ids
    assert len({one.batch for one in made}) == 1


def test_the_export_of_findings_is_what_was_asked_for_and_is_logged(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/findings?rule=S09&yuan=100")
    settled(page)
    with page.expect_download(timeout=180_000) as waiting:
        page.get_by_role("button", name="导出 xlsx").last.click()
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    about, rows = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    wanted = findings(app, rule="S09").filter(pl.col("amount") >= 100)
    assert {row[rows[0].index("疑点编号")] for row in rows[1:]} == set(wanted["finding_id"])
    total = sum(float(str(row[rows[0].index("金额（元）")])) for row in rows[1:])
    assert total == pytest.approx(float(wanted["amount"].sum()))
    assert ["金额不低于（元）", "100"] in [row[:2] for row in about]
    use = open_store(app.data).uses(action="export", last=1)[0]
    assert (use.target, use.run) == ("findings", folder(app).name)


def test_the_four_states_are_told_apart_by_word_icon_and_figure(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/findings")
    settled(page)
    expect(page.get_by_text("无法评估").first).to_be_visible(timeout=20_000)
    coverage = pl.read_parquet(folder(app) / "rule_coverage.parquet")
    said = page.locator("[data-testid=stMain]").inner_text()
    for icon, word, column in (
        ("●", "待核查", "failed"),
        ("？", "无法评估", "not_assessable"),
        ("✓", "达标", "passed"),
        ("—", "无适用规定", "no_rule_in_force"),
    ):
        assert re.search(rf"{icon}\s*{word}\s*{coverage[column].sum():,}\b", said), word


def test_the_queue_leads_to_a_finding(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/findings?rule=S15")
    settled(page)
    table = page.locator("[data-testid=stDataFrame]").last
    table.scroll_into_view_if_needed()
    table.click(position={"x": 70, "y": 54})
    expect(page).to_have_url(re.compile(r"/finding\?id=S15-[0-9a-f]{16}"), timeout=20_000)
    expect(page.locator("h1")).to_contain_text("S15")


def test_a_requirement_leads_to_its_rule_and_its_findings(app: Any, page: Page) -> None:
    page.goto(f"{app.address}/policy?state=rule&text=购买居家养老服务清单")
    settled(page)
    select_first_row(page)
    expect(page.get_by_role("link", name="方法 S11")).to_be_visible(timeout=20_000)
    page.get_by_role("link", name="方法 S11").click()
    expect(page.locator("h2").first).to_contain_text("S11", timeout=20_000)
    page.get_by_role("link", name="S11 的疑点").click()
    expect(page).to_have_url(re.compile(r"/findings\?.*rule=S11"))


def test_the_search_box_leads_to_a_finding(app: Any, page: Page) -> None:
    finding_id = findings(app, rule="A03")["finding_id"][0]
    page.goto(f"{app.address}/overview")
    settled(page)
    page.get_by_role("searchbox").fill(finding_id)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/finding\?id={finding_id}"), timeout=20_000)


@pytest.mark.parametrize(
    "name", ["overview", "findings", "policy", "method", "method?rule=S01", "finding?id={finding}", "log"]
)
def test_the_chinese_view_has_no_stray_english_and_asks_nobody_outside(app: Any, page: Page, name: str) -> None:
    outside: list[str] = []
    own = ("data:", "blob:", app.address, app.address.replace("http", "ws"))
    page.on("request", lambda request: None if request.url.startswith(own) else outside.append(request.url))
    finding_id = findings(app, rule="S01")["finding_id"][0]
    page.goto(f"{app.address}/{name.format(finding=finding_id)}")
    settled(page)
    page.evaluate(WITHOUT_UNSEEN)
    # A word of three small letters or more; keys and file names have digits beside them or stand in code.
    said = _ALLOWED.sub("", page.locator("[data-testid=stApp]").inner_text().replace(local_identity().name, ""))
    assert re.findall(r"(?<![\w./-])[A-Za-z]?[a-z]{3,}(?![\w./-])", said) == []
    assert outside == []


@pytest.mark.parametrize("language", ["中文", "English"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["overview", "findings", "policy", "method", "method?rule=S01", "finding?id={finding}", "log"]
)
def test_pictures_of_every_page(app: Any, browser: Browser, name: str, language: str, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768}, color_scheme=scheme)
    page = context.new_page()
    address = name.format(finding=findings(app, rule="S01")["finding_id"][0])
    page.goto(f"{app.address}/{address}{'&' if '?' in address else '?'}lang={language}")
    settled(page)
    expect(page.locator("html")).to_have_attribute("lang", "en" if language == "English" else "zh-CN")
    assert page.get_by_text(re.compile("出现问题|Something went wrong")).count() == 0
    # Nothing is wider than the screen.
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 1366
    pictures = Path(__file__).resolve().parent.parent.parent / "screenshots"
    pictures.mkdir(exist_ok=True)
    page.screenshot(path=pictures / f"{name.partition('=')[0].replace('?', '_')}_{language}_{scheme}.png")
    context.close()


def test_pages_are_known(app: Any, page: Page) -> None:
    visit(page, f"{app.address}/funds", PAGES["funds"][0])
    names = page.locator("[data-testid=stSidebarNav] a").all_inner_texts()
    wanted = [
        "概览",
        "疑点",
        "资金",
        "投诉",
        "设施",
        "机构评分",
        "政策推演",
        "政策条款",
        "方法",
        "数据质量",
        "报告",
        "记录",
    ]
    assert [name.split("\n")[-1] for name in names] == wanted
