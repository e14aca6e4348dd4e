"""A chain of entries: each carries the hash of the one before, so that none can be changed, left out or moved unseen.

What is hashed is the text that is stored: canonical JSON (keys in order, no blanks, no escapes for letters). A chain cannot
know what was cut off its end; that is seen by its head, which the store keeps apart and each publication's manifest names.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

FIRST = "0" * 64
Reason = Literal["wrong", "missing", "reordered", "head"]


@dataclass(frozen=True)
class Entry:
    """A link of the chain as it is stored."""

    sequence: int
    previous: str
    hash: str
    content: str

    @property
    def said(self) -> dict[str, Any]:
        """What the entry says."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Head:
    """Where a chain ends: how many entries it has, and the hash of the last."""

    count: int = 0
    hash: str = FIRST


@dataclass(frozen=True)
class Fault:
    """The first entry at which a chain is not what it was."""

    chain: str
    sequence: int
    reason: Reason
    message_zh: str
    message_en: str


def canonical(said: Mapping[str, Any]) -> str:
    """The one way in which an entry is written."""
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def hash_of(chain: str, sequence: int, previous: str, content: str) -> str:
    """The hash of an entry: of its chain, its place, the hash before it and what it says."""
    return hashlib.sha256("\n".join((chain, str(sequence), previous, content)).encode()).hexdigest()


def link(chain: str, head: Head, said: Mapping[str, Any]) -> Entry:
    """The entry that follows a head."""
    content, sequence = canonical(said), head.count + 1
    return Entry(sequence, head.hash, hash_of(chain, sequence, head.hash, content), content)


def links(chain: str, head: Head, said: Iterable[Mapping[str, Any]]) -> Iterator[Entry]:
    """The entries that follow a head, one after the other."""
    for one in said:
        entry = link(chain, head, one)
        yield entry
        head = Head(entry.sequence, entry.hash)


def _fault(chain: str, sequence: int, reason: Reason) -> Fault:
    said = {
        "wrong": (
            f"第 {sequence} 条记录与其哈希不符：内容被改动",
            f"entry {sequence} does not fit its hash: it was changed",
        ),
        "missing": (f"缺少第 {sequence} 条记录", f"entry {sequence} is missing"),
        "reordered": (
            f"第 {sequence} 条记录不接前一条：顺序被改动",
            f"entry {sequence} does not follow the one before it: entries were moved or replaced",
        ),
        "head": (
            f"第 {sequence} 条记录与已登记的链头不符：其后记录被替换或删除",
            f"entry {sequence} is not the one that was noted as head: what stood here was replaced",
        ),
    }
    zh, en = said[reason]
    return Fault(chain, sequence, reason, zh, en)


def first_fault(chain: str, entries: Iterable[Entry], heads: Iterable[Head] = ()) -> Fault | None:
    """The first entry that is wrong, missing or moved; None for a whole chain.

    `entries` in the order of their sequence; `heads`: what was noted of the chain at other times and places.
    """
    noted: dict[int, set[str]] = {}
    for head in heads:
        noted.setdefault(head.count, set()).add(head.hash)
    if any(value != FIRST for value in noted.pop(0, ())):
        return _fault(chain, 0, "head")
    last = Head()
    for entry in entries:
        if entry.sequence != last.count + 1:
            return _fault(chain, last.count + 1, "missing")
        if entry.hash != hash_of(chain, entry.sequence, entry.previous, entry.content):
            return _fault(chain, entry.sequence, "wrong")
        if entry.previous != last.hash:
            return _fault(chain, entry.sequence, "reordered")
        if noted.pop(entry.sequence, {entry.hash}) != {entry.hash}:
            return _fault(chain, entry.sequence, "head")
        last = Head(entry.sequence, entry.hash)
    return _fault(chain, last.count + 1, "missing") if noted else None
