"""The pages of the rules are fresh, and say what the seeds and the cases say."""

import shutil
from pathlib import Path

import pytest

from pipelines.paths import POLICY
from pipelines.policy import load
from pipelines.rule_pages import PAGES, first_example, generated

HEADINGS = ("Method", "Example", "Why it matters", "Settings", "Exclusions", "Assumptions", "Coverage")

CASES = """
- case: it passes
  given:
    facilities: |
      facility_id, kind
      F1, canteen
  expect: |
    subject, result
    F1, PASS
- case: half an hour too much
  as_of: 2025-03-31
  given:
    visits@2025-03-31: |
      visit_id, elder_id, division_code, service_item
      a01..30, lin, {county}, meal
  expect: |
    subject, period, result, measure, limit, amount, counted
    lin, 2025-03, FAIL, 4.5, 4, 17.5, visits:a1
"""


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    (tmp_path / "Q01").mkdir()
    (tmp_path / "Q01" / "cases.yml").write_text(CASES, encoding="utf-8")
    return tmp_path


def test_the_pages_are_fresh() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    pages = generated()
    stale = sorted(name for name in pages.keys() | written.keys() if pages.get(name) != written.get(name))
    assert stale == [], "run python -m pipelines.rule_pages"


def test_each_page_has_its_parts_its_texts_and_its_quotations(cases: Path) -> None:
    policy = load(POLICY)
    pages = generated(cases=cases)
    quotes = {row["requirement"]: row["quote_zh"] for row in policy["requirements"]}
    for rule in policy["rules"]:
        page = pages[f"{rule['rule']}.md"]
        headings = [line.split(maxsplit=2)[2] for line in page.splitlines() if line.startswith("## ")]
        assert tuple(headings) == HEADINGS
        assert rule["definition_zh"] in page
        assert rule["definition_en"] in page
    for row in policy["rule_requirements"]:
        assert quotes[row["requirement"]] in pages[f"{row['rule']}.md"]


def test_a_setting_is_shown_with_its_origin_its_days_and_its_article(cases: Path) -> None:
    (line,) = (line for line in generated(cases=cases)["Q01.md"].splitlines() if line.startswith("| 每月小时上限"))
    assert [cell.strip() for cell in line.strip("|").split("|")] == [
        "每月小时上限 / Most hours a month",
        "晋城市 / Jincheng",
        "4 小时/月 / 4 hours per month",
        "文件明定 / stands in the document",
        "2023-01-01 起 / from 2023-01-01",
        "二（三）",
        "2026-11-26",
    ]


def test_a_new_number_changes_the_page(tmp_path: Path, cases: Path) -> None:
    seeds = shutil.copytree(POLICY, tmp_path / "seeds")
    path = seeds / "parameters.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("max_price,35,yuan per hour", "max_price,38,yuan per hour"), encoding="utf-8")
    assert {name for name, page in generated(seeds, cases).items() if page != generated(cases=cases)[name]} == {
        "Q03.md"
    }


def test_eligibility_is_shown_where_it_judges(cases: Path) -> None:
    pages = generated(cases=cases)
    shown = [name for name, page in pages.items() if "490 元/人·月" in page]
    assert shown == ["E01.md", "E07.md"]


def test_the_example_is_the_first_case_with_a_finding(cases: Path) -> None:
    page = generated(cases=cases)["Q01.md"]
    assert "*half an hour too much* (评价日 2025-03-31 / as of 2025-03-31)" in page
    assert "**服务记录 / Service visits** (2025-03-31)" in page
    assert "| a01..30 | lin | 区县 / a county | 助餐 / Meal |" in page
    assert "| lin | 2025-03 | 不通过 / FAIL | 4.5 | 4 | 17.5 |" in page
    assert "stands for the rows 01 to 30" in page
    assert "it passes" not in page


def test_without_a_finding_the_first_case_is_taken(tmp_path: Path) -> None:
    (tmp_path / "cases.yml").write_text("- case: one\n- case: two\n", encoding="utf-8")
    assert first_example(tmp_path) == {"case": "one"}
    assert first_example(tmp_path / "nowhere") is None


def test_a_rule_without_cases_says_so(cases: Path) -> None:
    assert "尚无示例" in generated(cases=cases)["Q02.md"]
