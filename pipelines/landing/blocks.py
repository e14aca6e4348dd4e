"""The form in which readers hand tables on: blocks of text cells with the line of each row.

Text files, workbooks and Parquet files all come out of their readers as `Table`s; what stands behind this seam does not
know from which kind of file a row came.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import polars as pl


class Unreadable(Exception):
    """A file that cannot be read at all. `code` names the problem in `seeds/reference/file_problems.csv`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Block:
    """Rows below a header, some 100,000 at a time.

    cells: text columns `c0`, `c1`, ... as they stood, lines: the line (or sheet row) on which each row begins, from 1.
    from_number: for columns that held numbers or dates in a workbook, which cells did.
    broken: rows whose text could not be taken apart. raw: the raw text of rows by their place in the block.
    """

    cells: pl.DataFrame
    lines: pl.Series
    raw: Callable[[np.ndarray], list[str]]
    from_number: dict[str, pl.Series] = field(default_factory=dict)
    broken: pl.Series | None = None

    def only(self, keep: pl.Series) -> "Block":
        """The rows of the block for which `keep` is true."""
        if keep.all():
            return self
        places = keep.arg_true().to_numpy()
        raw = self.raw  # and not this block, whose cells would be held for as long as any raw text may be asked for
        return Block(
            cells=self.cells.filter(keep),
            lines=self.lines.filter(keep),
            raw=lambda rows: raw(places[rows]),
            from_number={name: flags.filter(keep) for name, flags in self.from_number.items()},
            broken=self.broken.filter(keep) if self.broken is not None else None,
        )

    @property
    def height(self) -> int:
        """How many rows the block holds."""
        return self.cells.height


@dataclass(frozen=True)
class Table:
    """A sheet or a text file: its first lines, and its rows from any line on.

    top: up to 30 lines that are not blank, each with its line number. `blocks(n, width)` reads what stands below the
    n-th of them (0: everything), with at least `width` columns.
    """

    sheet: str
    top: list[tuple[int, list[str]]]
    blocks: Callable[[int, int], Iterator[Block]]


TOP_LINES = 30
