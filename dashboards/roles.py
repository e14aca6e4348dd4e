"""What each role sees and may do: rows of `seeds/policy/roles.csv` and `role_pages.csv`. What no row allows is refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipelines.seed_rows import policy_rows

Kind = Literal["page", "list", "action"]


@dataclass(frozen=True)
class Role:
    """A role, what it is called, and the page on which it lands."""

    role: str
    name_zh: str
    name_en: str
    landing: str


@cache
def roles() -> dict[str, Role]:
    """All roles in the order of the seed."""
    return {
        row["role"]: Role(row["role"], row["name_zh"], row["name_en"], row["landing"]) for row in policy_rows("roles")
    }


@cache
def _allowed() -> frozenset[tuple[str, str, str]]:
    return frozenset((row["role"], row["kind"], row["name"]) for row in policy_rows("role_pages"))


def is_allowed(given: Iterable[str], kind: Kind, name: str) -> bool:
    """Whether any of the roles is given a page, a list or an action."""
    return any((role, kind, name) in _allowed() for role in given)
