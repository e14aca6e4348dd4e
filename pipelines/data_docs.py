"""Great Expectations' own pages of a judgement, as static files that ask nothing of any network.

Its pages load scripts, styles and pictures from hosts outside. Here those are taken out and forbidden, and an index is
written that needs no script. The pages hold what a judgement holds: counts, shares and days, nothing personal.
"""

import datetime as dt
import html
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from pipelines.judging import Judgement, quiet_context

PAGES_LISTED = 20
_OUTSIDE = re.compile(
    r"""<script[^>]*\bsrc=["']?https?:[^>]*>\s*</script>|<link[^>]*\bhref=["']?https?:[^>]*>|<img[^>]*\bsrc=["']?https?:[^>]*>""",
    re.IGNORECASE,
)
_OUTSIDE_PICTURE = re.compile(r"""url\(\s*["']?https?:[^)]*\)""", re.IGNORECASE)
_POLICY = (
    '<meta charset="UTF-8"><meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'self' file: data: 'unsafe-inline'\">"
)


def build_data_docs(judgements: Sequence[Judgement], as_of: dt.date, folder: Path) -> Path:
    """Write the pages into `folder` (what is there is replaced) and give the index.

    Judgements without a validation (nothing had come) have no page.
    """
    from great_expectations import ExpectationSuite
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    shutil.rmtree(folder, ignore_errors=True)
    context = quiet_context()
    run = RunIdentifier(as_of.isoformat(), dt.datetime.combine(as_of, dt.time(), dt.UTC))
    for judgement in judgements:
        for validation in judgement.validations:
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
    pages = sorted(path for path in folder.rglob("*.html") if path.name != "index.html")
    for page in pages:
        text = _OUTSIDE_PICTURE.sub("none", _OUTSIDE.sub("", page.read_text(encoding="utf-8")))
        page.write_text(text.replace("<head>", f"<head>{_POLICY}", 1), encoding="utf-8")
    for sheet in folder.rglob("*.css"):
        sheet.write_text(_OUTSIDE_PICTURE.sub("none", sheet.read_text(encoding="utf-8")), encoding="utf-8")
    return _write_index(folder, [page.relative_to(folder).as_posix() for page in pages], as_of)


def _write_index(folder: Path, pages: Sequence[str], as_of: dt.date) -> Path:
    """The list of pages; Great Expectations draws its own with a script from outside."""
    items = "".join(f'<li><a href="{html.escape(page)}">{html.escape(page)}</a></li>' for page in pages)
    index = folder / "index.html"
    folder.mkdir(parents=True, exist_ok=True)
    index.write_text(
        f'<!DOCTYPE html><html lang="zh"><head>{_POLICY}<title>数据质量 Data quality {as_of}</title></head>'
        f"<body><h1>数据质量 Data quality {as_of}</h1><ul>{items}</ul></body></html>",
        encoding="utf-8",
    )
    return index
