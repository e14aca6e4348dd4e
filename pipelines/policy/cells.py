"""Can every cell be read?"""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation

from pipelines.policy.tables import Policy, Problem, at, file_of


def _number(text: str) -> None:
    if not Decimal(text).is_finite():
        raise ValueError(text)


def _boolean(text: str) -> None:
    if text not in {"true", "false"}:
        raise ValueError(text)


_READERS: dict[str, tuple[Callable[[str], object], str]] = {
    "date": (dt.date.fromisoformat, "a day such as 2025-06-30"),
    "integer": (int, "a whole number"),
    "decimal": (_number, "a number"),
    "boolean": (_boolean, "true or false"),
}


def cells(policy: Policy) -> Iterator[Problem]:
    """Tables and columns are those of `_policy.yml`, and every cell can be read."""
    for table in sorted(policy.tables.keys() | policy.types.keys()):
        declared = tuple(policy.types.get(table, {}))
        header = policy.headers[table]
        if not declared:
            yield Problem(file_of(table), None, None, "describe this table in _policy.yml, or remove it")
        elif header != declared:
            yield Problem(
                file_of(table),
                1,
                None,
                f"the header must be {','.join(declared)} (as in _policy.yml), not {','.join(header)}",
            )
        for row in policy[table]:
            if row.width != len(header):
                yield at(
                    row, None, f"{row.width} cells under {len(header)} headers; put a cell with a comma between quotes"
                )
            for column, kind in policy.types.get(table, {}).items():
                reader = _READERS.get(kind.partition("(")[0])
                text = row.cells.get(column)
                if reader is None or not text:
                    continue
                try:
                    reader[0](text)
                except (ValueError, InvalidOperation):
                    yield at(row, column, f"{text!r} cannot be read; write {reader[1]}")
