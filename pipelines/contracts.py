"""Source contracts: what arrives, in which columns, of which types, and what is personal in it.

The contracts stand in `expectations/contracts/<source>.yml`, the code lists and units in `seeds/reference/`. This module
reads and validates them; readers, staging models, demo and documentation derive from what it returns. It reads no data.
"""

import csv
import hashlib
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.paths import CONTRACTS, REFERENCE

Mode = Literal["snapshot", "events"]
Pii = Literal["identifier", "direct", "quasi"]

PLAIN_TYPES = frozenset(
    {
        "id_card",
        "uscc",
        "division",
        "date",
        "datetime",
        "yuan",
        "month",
        "m2",
        "hours",
        "integer",
        "decimal",
        "text",
        "bool",
    }
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class MinimumExcept(_Strict):
    """The minimum does not hold in rows whose `column` is one of `codes`."""

    column: str
    codes: tuple[str, ...]


class Identifies(_Strict):
    """A column that holds a person's id only in rows of some kinds (`payments.payee_id`)."""

    column: str
    canonical_id_card: tuple[str, ...]
    person: tuple[str, ...]


class Column(_Strict):
    """One column of a source: the names it has in exports, its type and its bounds."""

    name: str
    zh: tuple[str, ...]
    type: str
    required: bool = False
    min: float | None = None
    max: float | None = None
    min_except: MinimumExcept | None = None
    after: str | None = None
    pii: Pii | None = None
    identifies: Identifies | None = None
    not_yet_after_as_of: bool = False
    emptied_with: str | None = None
    birth_date_in: str | None = None
    note: str | None = None

    @property
    def base_type(self) -> str:
        """The type without its code list: `code`, `codes`, or the plain type."""
        return self.type.partition(":")[0]

    @property
    def code_list(self) -> str | None:
        """The code list of a `code:` or `codes:` column."""
        return self.type.partition(":")[2] or None

    @property
    def is_kept(self) -> bool:
        """Whether the column leaves the vault (direct identifiers do not)."""
        return self.pii != "direct"

    @model_validator(mode="after")
    def _known_type(self) -> "Column":
        if self.base_type in {"code", "codes"}:
            if self.code_list not in code_lists():
                raise ValueError(f"column {self.name}: no code list {self.code_list!r} in code_lists.csv")
        elif self.type not in PLAIN_TYPES:
            raise ValueError(f"column {self.name}: unknown type {self.type!r}")
        return self


class Contract(_Strict):
    """One source: its names, how its files add up (`mode`), its key and its columns in order."""

    source: str
    zh: tuple[str, ...]
    en: str
    grain: str
    mode: Mode
    key: tuple[str, ...]
    date: str | None = None
    columns: dict[str, Column] = Field(min_length=1)

    @model_validator(mode="after")
    def _columns_exist(self) -> "Contract":
        named = [*self.key, *([self.date] if self.date else [])]
        for column in self.columns.values():
            named += [name for name in (column.after, column.emptied_with, column.birth_date_in) if name]
            named += [part.column for part in (column.min_except, column.identifies) if part]
        unknown = sorted(set(named) - set(self.columns))
        if unknown:
            raise ValueError(f"contract {self.source} names columns that it does not have: {', '.join(unknown)}")
        if (self.mode == "events") != (self.date is not None):
            raise ValueError(f"contract {self.source}: a source of events has a date column, a snapshot has none")
        return self

    @property
    def required(self) -> tuple[str, ...]:
        """The required columns, in contract order."""
        return tuple(name for name, column in self.columns.items() if column.required)

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that leave the vault, in contract order."""
        return tuple(name for name, column in self.columns.items() if column.is_kept)


class Code(_Strict):
    """One code of a list: its labels, and every Chinese wording that exports use for it."""

    code: str
    label_zh: str
    label_en: str
    accepted: tuple[str, ...]


class Unit(_Strict):
    """A unit that may stand in brackets behind a header: the factor to the base unit as a fraction."""

    unit: str
    numerator: int
    denominator: int


@cache
def code_lists() -> dict[str, dict[str, Code]]:
    """All code lists by name, each with its codes in the list's order. Source: `seeds/reference/code_lists.csv`."""
    lists: dict[str, dict[str, Code]] = {}
    with (REFERENCE / "code_lists.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            code = Code(
                code=row["code"],
                label_zh=row["label_zh"],
                label_en=row["label_en"],
                accepted=tuple(row["accepted"].split("|")),
            )
            lists.setdefault(row["list"], {})[code.code] = code
    return lists


@cache
def units() -> dict[str, tuple[Unit, ...]]:
    """The units known for each type (`yuan`, `m2`, `hours`). Source: `seeds/reference/units.csv`."""
    known: dict[str, list[Unit]] = {}
    with (REFERENCE / "units.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            unit = Unit(unit=row["unit"], numerator=int(row["numerator"]), denominator=int(row["denominator"]))
            known.setdefault(row["type"], []).append(unit)
    return {name: tuple(items) for name, items in known.items()}


def read_contract(path: Path) -> Contract:
    """Read and validate one contract file; a `ValueError` names the file and what is wrong with it."""
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    try:
        document["columns"] = {name: {"name": name, **column} for name, column in document["columns"].items()}
        contract = Contract.model_validate(document)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{path.name}: {error}") from error
    if contract.source != path.stem:
        raise ValueError(
            f"{path.name}: the contract calls its source {contract.source!r}; file and source have one name"
        )
    return contract


@cache
def load_contracts() -> dict[str, Contract]:
    """All contracts by source name, in alphabetical order."""
    return {path.stem: read_contract(path) for path in sorted(CONTRACTS.glob("*.yml"))}


@cache
def contract_fingerprint(source: str) -> str:
    """What a contract, its code lists and units say, as a hash: a load is read anew when it changes."""
    digest = hashlib.sha256((CONTRACTS / f"{source}.yml").read_bytes())
    for name in ("code_lists.csv", "units.csv"):
        digest.update((REFERENCE / name).read_bytes())
    return digest.hexdigest()
