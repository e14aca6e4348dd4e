"""Long work in a real browser: the report and the simulation are made, say how far they are, and are what they say."""

import io
import re
from pathlib import Path
from typing import Any

import docx
import polars as pl
import python_calamine as calamine
from playwright.sync_api import Browser, BrowserContext, Page, expect

from pipelines.decisions import open_store
from pipelines.publishing import Publication, current
from tests.browser.watching import settled

CAP = "Q01.jincheng.max_hours"


def publication_of(app: Any) -> Publication:
    publication = current(app.data)
    assert publication
    return publication


def published(app: Any, name: str) -> pl.DataFrame:
    return pl.read_parquet(publication_of(app).folder / f"{name}.parquet")


def downloaded(page: Page, label: str) -> bytes:
    with page.expect_download(timeout=120_000) as waiting:
        page.get_by_role("button", name=label).click()
    return Path(waiting.value.path()).read_bytes()


def test_a_report_is_made_says_how_far_it_is_and_equals_the_publication(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{app.address}/report?of=jincheng&span=2025")
    settled(page)
    page.get_by_role("button", name="生成报告").click()
    expect(page.get_by_text("汇集数据，绘制图表").first).to_be_visible(timeout=30_000)
    expect(page.get_by_text("报告已生成")).to_be_visible(timeout=180_000)
    settled(page)
    document = docx.Document(io.BytesIO(downloaded(page, "评估报告（Word）")))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert publication_of(app).manifest["run"] in text
    assert downloaded(page, "评估报告（PDF）").startswith(b"%PDF-")
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(downloaded(page, "附件（xlsx）")))
    of_place = published(app, "findings").filter(pl.col("jurisdiction") == "jincheng")
    in_period = of_place.filter(pl.col("period").str.starts_with("2025") | (pl.col("period") == ""))
    told = {
        cell
        for name in book.sheet_names
        for row in book.get_sheet_by_name(name).to_python()
        for cell in row
        if isinstance(cell, str) and re.fullmatch(r"[A-Z]\d\d-[0-9a-f]{16}", cell)
    }
    assert told == set(in_period["finding_id"])
    logged = {use.target for use in open_store(app.data).uses(action="export") if use.target.startswith("report:")}
    assert {name.rpartition(".")[2] for name in logged} == {"docx", "pdf", "xlsx"}


def test_a_simulation_runs_stands_in_the_address_and_is_no_finding(
    app: Any, context: BrowserContext, browser: Browser
) -> None:
    before = published(app, "findings")["finding_id"].to_list()
    page = context.new_page()
    page.goto(f"{app.address}/what_if?of=jincheng&set={CAP}:1,nobody.knows:3,{CAP}:x")
    settled(page)
    expect(page.get_by_text("这是推演").first).to_be_visible()
    page.get_by_role("button", name="开始推演").click()
    expect(page.get_by_text("推演结果").first).to_be_visible(timeout=240_000)
    settled(page)
    figure = page.locator("[data-testid=stMetricValue]").first.inner_text()
    more, fewer = (int(part.replace(",", "")) for part in re.findall(r"[+−]([\d,]+)", figure))
    assert more > 0
    assert fewer == 0
    assert published(app, "findings")["finding_id"].to_list() == before
    fresh = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    fresh.goto(page.url)
    settled(fresh)
    assert fresh.locator("[data-testid=stMetricValue]").first.inner_text() == figure
    fresh.context.close()


def test_illegal_changes_are_dropped(app: Any, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{app.address}/what_if?of=nowhere&set=%27%20or%201%3D1:2,Q01.jincheng.max_hours:-1")
    settled(page)
    expect(page.get_by_text("选择一个数字并填入")).to_be_visible()
    expect(page).not_to_have_url(re.compile("set="))
