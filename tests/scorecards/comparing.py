"""Published scorecard tables of two readings: where they differ."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

Row = Mapping[str, Any]
Table = pl.DataFrame | Sequence[Row]
KEYS: Mapping[str, tuple[str, ...]] = {
    "scorecards": ("provider", "jurisdiction"),
    "scorecard_domains": ("provider", "jurisdiction", "domain"),
    "scorecard_measures": ("provider", "jurisdiction", "measure"),
    "complaint_funnel": ("provider", "jurisdiction"),
}
RELATIVE = 1e-9
ABSOLUTE = 1e-9  # a score or a share that is 0 in one reading may be the noise of binary fractions in the other


def rows_of(table: Table) -> list[dict[str, Any]]:
    """A table's rows, whatever holds it."""
    if isinstance(table, pl.DataFrame):
        return table.to_dicts()
    return [dict(row) for row in table]


def is_same(one: Any, other: Any) -> bool:
    """Texts, whole numbers and empty cells as they are; figures but for the noise of binary fractions."""
    if isinstance(one, float) or isinstance(other, float):
        if one is None or other is None:
            return one is other
        return bool(abs(float(one) - float(other)) <= max(ABSOLUTE, RELATIVE * abs(float(other))))
    return bool(one == other)


def differences(models: Mapping[str, Table], reading: Mapping[str, Table]) -> list[str]:
    """A line for each row that only one of the two has and for each cell that is not the same in both."""
    return [line for name in KEYS for line in _of_table(name, rows_of(models[name]), rows_of(reading[name]))]


def _of_table(name: str, ours: Sequence[Row], theirs: Sequence[Row]) -> list[str]:
    found = _columns(name, ours, theirs)
    mine, other = _by_key(name, ours), _by_key(name, theirs)
    found += [
        f"{name}: {len(rows) - len(keyed)} keys twice"
        for rows, keyed in ((ours, mine), (theirs, other))
        if len(rows) > len(keyed)
    ]
    for key in sorted(mine.keys() | other.keys()):
        at = f"{name} {'|'.join(key)}"
        if key not in mine or key not in other:
            found.append(f"{at}: only in the {'second reading' if key in other else 'models'}")
            continue
        found += [
            f"{at}: {column} is {mine[key].get(column)!r} in the models, {value!r} in the second reading"
            for column, value in other[key].items()
            if not is_same(mine[key].get(column), value)
        ]
    return found


def _columns(name: str, ours: Sequence[Row], theirs: Sequence[Row]) -> list[str]:
    if not ours or not theirs or list(ours[0]) == list(theirs[0]):
        return []
    return [f"{name}: columns {', '.join(ours[0])} in the models, {', '.join(theirs[0])} in the second reading"]


def _by_key(name: str, rows: Sequence[Row]) -> dict[tuple[str, ...], Row]:
    return {tuple(str(row[column]) for column in KEYS[name]): row for row in rows}
