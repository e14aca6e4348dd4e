"""Texts of the documents, made of what is quoted from them: the documents themselves are no part of the project."""

from pathlib import Path

from pipelines.paths import POLICY
from pipelines.policy import load


def write_documents(folder: Path) -> None:
    """A text for each document, in which all that is quoted from it stands."""
    folder.mkdir()
    policy = load(POLICY)
    for row in policy["documents"]:
        quotes = (one["quote_zh"] for one in policy["requirements"] if one["document"] == row["document"])
        (folder / row["document"]).write_text("\n".join(quotes), encoding="utf-8")
