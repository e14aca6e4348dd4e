"""The rules once more, in plain loops: the reference against which the models are compared.

`common` holds what all rules share. Every other module of the package holds a part of the rules as `RULES`: a rule's code
and the function that judges its subjects.
"""

import datetime as dt
import importlib
import pkgutil
from collections.abc import Callable, Iterator

from tests.rules.oracle.common import Facts, Judged, Policy, World

Judge = Callable[[Facts], Iterator[Judged]]


def registry() -> dict[str, Judge]:
    """All rules by code."""
    rules: dict[str, Judge] = {}
    for module in pkgutil.iter_modules(__path__):
        part: dict[str, Judge] = getattr(importlib.import_module(f"{__name__}.{module.name}"), "RULES", {})
        twice = rules.keys() & part.keys()
        if twice:
            raise ValueError(f"rules that stand in two parts: {', '.join(sorted(twice))}")
        rules |= part
    return dict(sorted(rules.items()))


def judge(world: World, as_of: dt.date, period_start: dt.date | None, policy: Policy) -> list[Judged]:
    """All subjects of all rules, each with its result."""
    facts = Facts(world, as_of, period_start, policy)
    return [judged for rule in registry().values() for judged in rule(facts)]
