"""What a user sees where the app fails: a sentence, and nothing of its inside."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from dashboards.texts import LANGUAGES, Words
from tests.browser.conftest import Served, serving


def run_of(data: Path) -> str:
    return (data / "published" / "current").read_text(encoding="utf-8").strip()


@pytest.fixture
def broken(published: Path, tmp_path: Path, table: str) -> Iterator[Served]:
    """The app on a publication of which one table cannot be read."""
    shutil.copytree(published / "published", tmp_path / "published")
    (tmp_path / "published" / run_of(tmp_path) / f"{table}.parquet").write_bytes(b"nothing of the kind")
    with serving(tmp_path) as served:
        yield served


# The first is asked for by the page itself, the second on the way to any page.
@pytest.mark.parametrize(("table", "help_text"), [("area_delivery", "error_help"), ("fund_usage", "error_app")])
def test_an_error_is_a_sentence(broken: Served, context: BrowserContext, table: str, help_text: str) -> None:
    page = context.new_page()
    run = run_of(broken.data)
    for language, code in LANGUAGES.items():
        words = Words(code)
        page.goto(f"{broken.address}/facilities?lang={language}")
        alert = page.locator("[data-testid=stAlert]")
        expect(alert).to_contain_text(words("error"))
        expect(alert).to_contain_text(words(help_text, run=run))
        html = page.content()
        assert not any(inside in html for inside in (str(broken.data), table, "Traceback", "parquet", "duckdb"))
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.locator("a[href*='google'], a[href*='chatgpt']").count() == 0
