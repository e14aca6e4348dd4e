"""五、建议 and 附件: what is suggested, and the sheets that belong to the report."""

from collections.abc import Iterator, Sequence

from pipelines.reporting import figures, labels
from pipelines.reporting.content import (
    Annex,
    Block,
    Heading,
    Paragraph,
)
from pipelines.reporting.gathering import Gathered
from pipelines.reporting.wording import Words


def suggestions(gathered: Gathered, words: Words) -> Iterator[Block]:
    yield Heading(1, words("chapter_suggestions"))
    rules = figures.by_rule(figures.standing(gathered.findings))
    if gathered.suggestions is None or not rules:
        yield Paragraph(words("suggestions_none" if not rules else "suggestions_missing"))
        return
    yield Paragraph(words("suggestions"))
    ordered = [rule for family in labels.FAMILIES for rule in rules if rule.startswith(family)]
    for number, rule in enumerate(ordered, 1):
        yield Paragraph(
            words(
                "suggestion",
                number=number,
                name=words.of(gathered.rules[rule], "name"),
                count=rules[rule].height,
                text=words.of(gathered.suggestions[rule], "suggestion"),
                articles=labels.articles(gathered, words, rule, numbered=False),
            )
        )


def annex_file(gathered: Gathered, words: Words) -> str:
    """The name of the workbook, without its folder."""
    return f"{stem(gathered, words)}.xlsx"


def stem(gathered: Gathered, words: Words) -> str:
    """What the files of a report are called, without their endings."""
    covered, scope = gathered.covered, gathered.scope
    parts = ["report", scope.jurisdiction, *([scope.provider] if scope.provider else [])]
    safe = ["".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in part) for part in parts]
    return "_".join([*safe, f"{covered.first:%Y%m%d}-{covered.last:%Y%m%d}", words.language])


def annex_list(gathered: Gathered, words: Words, sheets: Sequence[Annex]) -> Iterator[Block]:
    yield Heading(1, words("chapter_annexes"))
    yield Paragraph(words("annexes", file=annex_file(gathered, words)))
    for number, sheet in enumerate(sheets, 1):
        yield Paragraph(words("annex_line", number=number, name=sheet.name, rows=f"{len(sheet.rows):,}"))
