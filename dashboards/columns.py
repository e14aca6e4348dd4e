"""How the columns of a table are written: days without midnight, money to the cent, figures to the same place."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

# Yuan and ten thousand yuan, as they stand at the end of a heading.
_MONEY = ("元）", "yuan)")
# From here on thousands are set apart; years and lines of most files stay below.
_LONG = 10_000
_MOST_PLACES = 4


def places(values: pl.Series) -> int:
    """How many places after the point a column needs, so that its figures stand under each other."""
    known = values.cast(pl.Float64).drop_nulls().drop_nans().round(_MOST_PLACES)
    enough = (some for some in range(_MOST_PLACES) if (known.round(some) == known).all())
    return next(enough, _MOST_PLACES)


def _form(name: str, values: pl.Series) -> Any | None:
    kind = values.dtype
    if kind == pl.Date:
        return st.column_config.DateColumn(format="YYYY-MM-DD")
    if not kind.is_numeric():
        return None
    if name.endswith(_MONEY) and not kind.is_integer():
        return st.column_config.NumberColumn(format="%,.2f")
    apart = "," if (values.cast(pl.Float64).abs() >= _LONG).any() else ""
    return st.column_config.NumberColumn(format=f"%{apart}d" if kind.is_integer() else f"%{apart}.{places(values)}f")


def forms(shown: pl.DataFrame, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The form of each column; `given` goes before."""
    found = {name: _form(name, shown[name]) for name in shown.columns}
    return {**{name: form for name, form in found.items() if form is not None}, **(given or {})}
