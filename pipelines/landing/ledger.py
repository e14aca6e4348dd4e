"""What has ever arrived: each path in the landing folder with each content it has had. Never shortened.

The ledger is rewritten as a whole and put in place in one step. A file whose size and times have not changed since it
was last read is not read again.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Arrival:
    """One content under one path. `sha256` is empty where the bytes could not be read; `problem` then says why.

    order: in which order the arrivals of one path came. stamp: size and times by which an unchanged file is known.
    """

    path: str
    sha256: str
    size: int
    is_utf8: bool
    order: int
    stamp: tuple[int, ...]
    problem: str | None = None
    is_present: bool = True


def stamp_of(path: Path) -> tuple[int, ...]:
    """Size, inode and times of a file; the time of the last change of its inode cannot be set by a user."""
    status = path.stat(follow_symlinks=False)
    return (status.st_size, status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


@dataclass(frozen=True)
class Ledger:
    """All arrivals, by path and content."""

    arrivals: tuple[Arrival, ...] = ()

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """The ledger on disk, or an empty one."""
        if not path.exists():
            return cls()
        rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        for row in rows:
            row["stamp"] = tuple(row["stamp"])
        return cls(tuple(Arrival(**row) for row in rows))

    def write(self, path: Path) -> None:
        """Put the ledger in place in one step."""
        rows = [asdict(arrival) for arrival in self.arrivals]
        making = path.with_suffix(".making")
        with making.open("w", encoding="utf-8") as file:
            json.dump(rows, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        making.replace(path)

    def unchanged(self, path: str, stamp: tuple[int, ...]) -> Arrival | None:
        """The newest arrival of a path, if the file is still the same."""
        known = [arrival for arrival in self.arrivals if arrival.path == path]
        return known[-1] if known and known[-1].stamp == stamp and not known[-1].problem else None

    def with_found(self, found: list[Arrival]) -> "Ledger":
        """The ledger after a look into the landing folder: new contents are added, absent ones marked, none is dropped."""
        present = {(arrival.path, arrival.sha256): arrival for arrival in found}
        kept = [
            replace(arrival, is_present=False)
            if (arrival.path, arrival.sha256) not in present
            else replace(present[arrival.path, arrival.sha256], order=arrival.order)
            for arrival in self.arrivals
        ]
        known = {(arrival.path, arrival.sha256) for arrival in self.arrivals}
        per_path: dict[str, int] = {}
        for arrival in self.arrivals:
            per_path[arrival.path] = max(per_path.get(arrival.path, 0), arrival.order)
        new = [
            replace(arrival, order=per_path.get(arrival.path, 0) + 1)
            for arrival in found
            if (arrival.path, arrival.sha256) not in known
        ]
        return Ledger(tuple(sorted([*kept, *new], key=lambda arrival: (arrival.path, arrival.order))))
