"""All checks, and how they came out."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pipelines.policy.cells import cells
from pipelines.policy.proofs import cases, pages, quotations
from pipelines.policy.references import applicability, citations, consequences, exemptions, states
from pipelines.policy.scoring import scoring
from pipelines.policy.tables import Policy, Problem, load
from pipelines.policy.windows import brackets, gaps, overlaps
from pipelines.policy.words import words


@dataclass(frozen=True)
class Check:
    """The outcome of one check; a check that was not done is no passed one."""

    name: str
    question: str
    problems: tuple[Problem, ...] = ()
    not_done: str | None = None

    @property
    def outcome(self) -> str:
        """In one word for people and programs."""
        if self.not_done is not None:
            return "NOT DONE"
        return "PROBLEMS" if self.problems else "ok"

    def document(self) -> dict[str, object]:
        """For programs."""
        return {
            "check": self.name,
            "question": self.question,
            "outcome": self.outcome,
            "not_done": self.not_done,
            "problems": [asdict(problem) for problem in self.problems],
        }


CHECKS: tuple[Callable[[Policy], Iterator[Problem]], ...] = (
    overlaps,
    gaps,
    brackets,
    scoring,
    citations,
    applicability,
    exemptions,
    consequences,
    states,
    words,
)


def _question(check: Callable[..., Iterator[Problem]]) -> str:
    return " ".join((check.__doc__ or "").split())


def check(seeds: Path, project: Path, documents: Path | None) -> list[Check]:
    """All checks. Where a cell cannot be read the others have nothing to say and are not done."""
    policy = load(seeds)
    unreadable = tuple(cells(policy))
    outcomes = [Check("cells", _question(cells), unreadable)]
    waiting = "first mend the cells" if unreadable else None
    for one in CHECKS:
        found = () if waiting else tuple(one(policy))
        outcomes.append(Check(one.__name__, _question(one), found, waiting))
    missing = waiting or (
        None if documents and documents.is_dir() else "the documents are not at hand; name their folder"
    )
    quoted = tuple(quotations(policy, documents)) if documents and not missing else ()
    outcomes.append(Check("quotations", _question(quotations), quoted, missing))
    for one, folder in ((cases, project / "tests" / "rules"), (pages, project / "docs" / "rules")):
        found = () if waiting else tuple(one(policy, folder))
        outcomes.append(Check(one.__name__, _question(one), found, waiting))
    return outcomes
