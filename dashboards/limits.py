"""Limits that the app shows or draws by: dated rows of `seeds/policy/`, with the article that they rest on."""

from dataclasses import dataclass
from functools import cache

from pipelines.app_limits import app_limit
from pipelines.seed_rows import policy_rows

__all__ = ["Parameter", "app_limit", "article_of", "parameters"]


@dataclass(frozen=True)
class Parameter:
    """A limit of a rule: value, unit, origin and days, with the article it rests on, verbatim."""

    rule: str
    jurisdiction: str
    value: str
    unit: str
    basis: str
    valid_from: str
    valid_to: str
    document: str
    article: str
    quote: str


@cache
def parameters(rules: tuple[str, ...]) -> tuple[Parameter, ...]:
    """The parameters of some rules, in the order of the seed."""
    requirements = {row["requirement"]: row for row in policy_rows("requirements")}
    documents = {row["document"]: row for row in policy_rows("documents")}
    found = []
    for row in policy_rows("parameters"):
        if row["rule"] in rules:
            requirement = requirements.get(row["requirement"], {})
            document = documents.get(requirement.get("document", ""), {})
            number = document.get("number", "")
            title = f"《{document.get('title_zh', '')}》" + (f"（{number}）" if number else "")
            found.append(
                Parameter(
                    row["rule"],
                    row["jurisdiction"],
                    row["value"],
                    row["unit"],
                    row["basis"],
                    row["valid_from"],
                    row["valid_to"],
                    title,
                    requirement.get("article", ""),
                    requirement.get("quote_zh", ""),
                )
            )
    return tuple(found)


@cache
def _articles() -> dict[str, str]:
    documents = {row["document"]: row["title_zh"] for row in policy_rows("documents")}
    return {
        row["requirement"]: f"《{documents[row['document']]}》{row['article']}" for row in policy_rows("requirements")
    }


def article_of(requirement: str | None) -> str:
    """Document and article of a requirement, as the document writes them."""
    return _articles().get(requirement or "", requirement or "")
