"""What stands outside of the tables: documents, cases and pages of rules."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from pipelines.policy.tables import Policy, Problem, at


def _bare(text: str) -> str:
    """Letters as they are read: no white space, full-width forms as plain ones, no marks of bold print."""
    return re.sub(r"[\s*]", "", unicodedata.normalize("NFKC", text))


def quotations(policy: Policy, documents: Path) -> Iterator[Problem]:
    """Every quotation is found in its document, letter for letter but for white space, line breaks and full-width forms."""
    texts: dict[str, str | None] = {}
    for row in policy["documents"]:
        path = documents / row["document"]
        texts[row["document"]] = _bare(path.read_text(encoding="utf-8")) if path.is_file() else None
        if not path.is_file():
            yield at(row, "document", f"the text is not in {documents}; put it there or correct the name")
    for row in policy["requirements"]:
        if row["document"] not in texts:
            yield at(row, "document", f"{row['document']} is no document; add it to documents.csv")
            continue
        text = texts[row["document"]]
        if not row["quote_zh"] or (text is not None and _bare(row["quote_zh"]) not in text):
            yield at(
                row,
                "quote_zh",
                f"the quotation of {row['requirement']} is not found in {row['document']}; copy it anew",
            )


def cases(policy: Policy, folder: Path) -> Iterator[Problem]:
    """Every rule has cases for each of its places."""
    for rule, places in policy.places().items():
        path = folder / rule / "cases.yml"
        name = f"{folder.parent.name}/{folder.name}/{rule}/{path.name}"
        if not path.is_file():
            yield Problem(name, None, None, "there are no cases; write some that were worked by hand")
            continue
        written: list[Mapping[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        # A case that names no places is tried in all.
        tried = {place for case in written for place in case.get("places", places)}
        for place in places:
            if place not in tried:
                yield Problem(name, None, None, f"there is no case for {place}; add one")


def pages(policy: Policy, folder: Path) -> Iterator[Problem]:
    """Every rule has a page."""
    for row in policy["rules"]:
        if not (folder / f"{row['rule']}.md").is_file():
            yield at(row, "rule", f"{row['rule']} has no page; run python -m pipelines.rule_pages")
