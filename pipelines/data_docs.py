"""Great Expectations' own pages of a judgement, as static files that ask nothing of any network.

Its pages load scripts, styles and pictures from hosts outside. Here those are taken out and forbidden, a plain style is
put in, and an index is written that needs no script. The pages hold what a judgement holds: counts, shares, days and names
of files, nothing personal.
"""

import datetime as dt
import html
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipelines.judging import Judgement, quiet_context

FOLDER = "data_docs"
"""Where the pages stand in a publication."""

PAGES_LISTED = 20
_TITLES = {
    ("validations", "delivery"): "报送数据检查结果 Results: deliveries",
    ("validations", "publication"): "发布结果检查结果 Results: publication",
    ("expectations", "delivery"): "报送数据应满足的条件 Expectations of deliveries",
    ("expectations", "publication"): "发布结果应满足的条件 Expectations of a publication",
}
_OUTSIDE = re.compile(
    r"""<script[^>]*\bsrc=["']?https?:[^>]*>\s*</script>|<link[^>]*\bhref=["']?https?:[^>]*>|<img[^>]*\bsrc=["']?https?:[^>]*>""",
    re.IGNORECASE,
)
_OUTSIDE_PICTURE = re.compile(r"""url\(\s*["']?https?:[^)]*\)""", re.IGNORECASE)
# Its icon and its invitation to a newsletter, which belongs to a host outside.
_PICTURES_AND_NEWS = re.compile(r"<link[^>]*\bicon\b[^>]*>|<footer\b.*?</footer>", re.IGNORECASE | re.DOTALL)
_HEAD = (
    '<meta charset="UTF-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'self' file: data: 'unsafe-inline'\">"
    "<style>body{font-family:'Noto Sans CJK SC','Microsoft YaHei',sans-serif;font-size:14px;margin:24px}"
    "table{border-collapse:collapse;margin:8px 0}td,th{border:1px solid #cdd4da;padding:4px 8px;vertical-align:top}"
    "ol.breadcrumb{list-style:none;padding:0}a{color:#1f5f8b}"
    ".fa-check-circle::before{content:'✓'}.fa-times::before{content:'✗'}.fa-exclamation-triangle::before{content:'!'}"
    "</style>"
)


def build_data_docs(judgements: Sequence[Judgement], as_of: dt.date, folder: Path) -> Path:
    """Write the pages into `folder` (what is there is replaced) and give the index.

    Judgements without a validation (nothing had come) have no page.
    """
    from great_expectations import ExpectationSuite
    from great_expectations.core.expectation_validation_result import expectationSuiteValidationResultSchema
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    shutil.rmtree(folder, ignore_errors=True)
    context = quiet_context()
    run = RunIdentifier(as_of.isoformat(), dt.datetime.combine(as_of, dt.time(), dt.UTC))
    for text in (text for judgement in judgements for text in judgement.validations):
        validation = expectationSuiteValidationResultSchema.load(json.loads(text))
        name = validation.suite_name
        expectations = [result.expectation_config.to_domain_obj() for result in validation.results]
        context.suites.add(ExpectationSuite(name=name, expectations=expectations))
        page = ValidationResultIdentifier(ExpectationSuiteIdentifier(name), run, name)
        context.validation_results_store.set(page, validation)
    context.add_data_docs_site(
        "pages",
        {
            "class_name": "SiteBuilder",
            "show_how_to_buttons": False,
            "store_backend": {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(folder.absolute())},
            "site_index_builder": {"class_name": "DefaultSiteIndexBuilder", "validation_results_limit": PAGES_LISTED},
        },
    )
    context.build_data_docs(site_names=["pages"])
    # Megabytes of fonts and pictures that no page shows.
    shutil.rmtree(folder / "static", ignore_errors=True)
    pages = sorted(path for path in folder.rglob("*.html") if path.name != "index.html")
    for page in pages:
        page.write_text(_closed(page.read_text(encoding="utf-8")), encoding="utf-8")
    return _write_index(folder, [page.relative_to(folder) for page in pages], as_of)


def _closed(text: str) -> str:
    """A page that is complete in itself."""
    for pattern, instead in ((_OUTSIDE, ""), (_PICTURES_AND_NEWS, ""), (_OUTSIDE_PICTURE, "none")):
        text = pattern.sub(instead, text)
    return text.replace("<head>", f"<head>{_HEAD}", 1)


def _write_index(folder: Path, pages: Sequence[Path], as_of: dt.date) -> Path:
    """The list of pages, results first; Great Expectations draws its own with a script from outside."""
    titles = {page: _TITLES[page.parts[0], page.stem] for page in pages}
    items = "".join(
        f'<li><a href="{html.escape(page.as_posix())}">{html.escape(titles[page])}</a></li>'
        for page in sorted(pages, key=lambda page: list(_TITLES.values()).index(titles[page]))
    )
    index = folder / "index.html"
    folder.mkdir(parents=True, exist_ok=True)
    index.write_text(
        f'<!DOCTYPE html><html lang="zh"><head>{_HEAD}<title>数据质量 Data quality {as_of}</title></head>'
        f"<body><h1>数据质量 Data quality {as_of}</h1><ul>{items}</ul></body></html>",
        encoding="utf-8",
    )
    return index
