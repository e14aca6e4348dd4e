"""What a profile may say: the models behind `profiles/*.yml`, and the check of a profile against its contract.

A profile maps one office's export onto one source. It only names things; nothing here reads a table (see `profiles`).
Every key that is not described here is an error, so that a slip of the pen cannot be read as silence.
"""

import codecs
import datetime as dt
import re
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from pipelines.contracts import Column, Contract, code_lists, units
from pipelines.landing.names import folded

DATE_TYPES = frozenset({"date", "datetime", "month"})
NUMBER_TYPES = frozenset({"yuan", "m2", "hours", "integer", "decimal"})


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _as_fraction(value: object) -> object:
    try:
        return Fraction(str(value).replace(" ", ""))
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{value!r} is not a number or a fraction such as 10000, 0.001 or 2000/3") from error


def _as_regex(value: object) -> object:
    try:
        re.compile(str(value))
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return value


def _as_encoding(value: object) -> object:
    try:
        codecs.lookup(str(value))
    except LookupError as error:
        raise ValueError(f"{value!r} is not an encoding; write for example utf-8, gb18030, big5, cp1252") from error
    return value


Texts = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Regex = Annotated[str, BeforeValidator(_as_regex)]
Encoding = Annotated[str, BeforeValidator(_as_encoding)]
Factor = Annotated[Fraction, BeforeValidator(_as_fraction)]


class _Strict(BaseModel):
    """Forbids unknown keys and says in the message which ones there are."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        allowed = [field.alias or name for name, field in cls.model_fields.items()]
        unknown = [str(key) for key in given if key not in allowed]
        if unknown:
            raise ValueError(f"unknown key {', '.join(unknown)}; allowed are {', '.join(allowed)}")
        return given

    def one_of(self, *names: str) -> None:
        """Exactly one of the named fields is set."""
        given = [name for name in names if getattr(self, name) not in (None, False)]
        if len(given) != 1:
            shown = [type(self).model_fields[name].alias or name for name in names]
            raise ValueError(f"give exactly one of {', '.join(shown)}")


class Title(_Strict):
    """The profile's name for people."""

    zh: str
    en: str


class DivisionFrom(_Strict):
    """The division of the file: one for all, or the first group of a pattern on its path."""

    constant: str | None = Field(default=None, pattern=r"^(\d{6}|\d{9}|\d{12})$")
    pattern: Regex | None = None

    @model_validator(mode="after")
    def _complete(self) -> "DivisionFrom":
        self.one_of("constant", "pattern")
        return self


class DateFrom(_Strict):
    """The date of the file: one for all, from its path, or from a cell that stands above its table."""

    constant: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    pattern: Regex | None = None
    cell: str | None = Field(default=None, pattern=r"^[A-Z]{1,3}[1-9]\d*$")
    sheet: str | None = None
    format: str | None = None
    end_of_month: bool = False

    @model_validator(mode="after")
    def _complete(self) -> "DateFrom":
        if self.constant is not None:
            dt.date.fromisoformat(self.constant)
        if self.cell is None:
            self.one_of("constant", "pattern")
            if self.sheet is not None:
                raise ValueError("sheet goes with cell")
        elif self.constant is not None:
            raise ValueError("give either cell or constant")
        if self.constant is None and self.format is None:
            raise ValueError("give the format of the date, for example '%Y%m%d' or roc")
        return self


class Header(_Strict):
    """Where the header is: on a line, where certain headers stand, or nowhere (columns are then A, B, C)."""

    line: int | None = Field(default=None, ge=1)
    find: Texts | None = None
    none: bool = False

    @model_validator(mode="before")
    @classmethod
    def _word(cls, given: object) -> object:
        return {"none": True} if given == "none" else given

    @model_validator(mode="after")
    def _complete(self) -> "Header":
        self.one_of("line", "find", "none")
        return self


class ColumnRule(_Strict):
    """How one column of the contract is filled. The fields take effect in the order in which they stand here."""

    headers: Texts | None = Field(default=None, alias="from")
    constant: str | None = None
    from_file: Literal["division", "date"] | None = None
    how: Literal["first", "join", "strongest"] = "first"
    separator: str = " "
    clean: list[Literal["cjk_radicals"]] = []
    pattern: Regex | None = None
    trim: str | None = Field(default=None, min_length=1)
    upper: bool = False
    values: dict[str, str] | None = Field(default=None, min_length=1)
    otherwise: str | None = None
    date_format: Texts | None = None
    year_starts_in: int | None = Field(default=None, ge=1, le=12)
    factor: Factor | None = None
    default: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> "ColumnRule":
        self.one_of("headers", "constant", "from_file")
        if self.headers is None and self.model_fields_set - {"constant", "from_file"}:
            raise ValueError("a constant and from_file stand alone")
        if "separator" in self.model_fields_set and self.how != "join":
            raise ValueError("separator goes with how: join")
        if self.how == "strongest" and self.values is None:
            raise ValueError("how: strongest needs values, the strongest first")
        if self.otherwise is not None and self.values is None and self.pattern is None:
            raise ValueError("otherwise goes with values or pattern")
        if self.pattern is not None and re.compile(self.pattern).groups == 0:
            raise ValueError("the pattern needs a group in brackets: what the group matches is the value")
        if self.year_starts_in is not None and self.date_format is None:
            raise ValueError("year_starts_in goes with date_format")
        return self


class Condition(_Strict):
    """One test on a cell of the file; `column` is a header of the file."""

    column: str
    equals: str | None = None
    is_in: list[str] | None = Field(default=None, alias="in", min_length=1)
    not_in: list[str] | None = Field(default=None, min_length=1)
    matches: Regex | None = None
    contains: str | None = Field(default=None, min_length=1)
    filled: bool | None = None

    @model_validator(mode="after")
    def _complete(self) -> "Condition":
        tests = ("equals", "is_in", "not_in", "matches", "contains", "filled")
        if sum(getattr(self, name) is not None for name in tests) != 1:
            raise ValueError("give exactly one of equals, in, not_in, matches, contains, filled")
        return self


class Rows(_Strict):
    """Which rows are data: those for which all of `all` and at least one of `any` hold."""

    all: list[Condition] = []
    any: list[Condition] = []

    @model_validator(mode="after")
    def _complete(self) -> "Rows":
        if not self.all and not self.any:
            raise ValueError("give conditions under all or any")
        return self


class Key(_Strict):
    """A key made for files that have none: a hash of the named cells (or all), numbered where they repeat."""

    column: str
    headers: Texts = Field(alias="from")
    prefix: str = ""
    form: Literal["hex", "uscc"] = Field(default="hex", alias="as")
    division: str | None = Field(default=None, pattern=r"^\d{6}$")

    @property
    def of_all_cells(self) -> bool:
        """Whether the whole row is hashed (`from: all`)."""
        return self.headers == ["all"]

    @model_validator(mode="after")
    def _complete(self) -> "Key":
        if (self.form == "uscc") != (self.division is not None):
            raise ValueError("division (6 digits inside the made code) goes with as: uscc")
        if self.form == "uscc" and self.prefix:
            raise ValueError("as: uscc has a prefix of its own; leave prefix out")
        return self


class Profile(_Strict):
    """One office's export, mapped onto one source."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: Title
    source: str
    notes: str | None = None
    files: Texts
    division: DivisionFrom
    date: DateFrom
    sheets: Texts | None = None
    header: Header | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: Encoding | None = None
    rows: Rows | None = None
    key: Key | None = None
    columns: dict[str, ColumnRule] = Field(min_length=1)

    @property
    def headers(self) -> list[str]:
        """Every header of the file that the profile names, once each, in the order in which it names them."""
        named = [header for rule in self.columns.values() for header in rule.headers or []]
        return list(dict.fromkeys(named + self.indispensable))

    @property
    def indispensable(self) -> list[str]:
        """The headers without which no row can be judged or keyed: those of the row filter and of the key."""
        conditions = [*self.rows.all, *self.rows.any] if self.rows else []
        named = [condition.column for condition in conditions]
        if self.key and not self.key.of_all_cells:
            named += self.key.headers
        return list(dict.fromkeys(named))


def problems(profile: Profile, contract: Contract) -> list[str]:
    """What in a profile does not fit its contract, one sentence each."""
    rules = profile.columns.items()
    found = [f"columns.{name}: {text}" for name, rule in rules for text in _rule(name, rule, contract)]
    supplied = set(profile.columns) | ({profile.key.column} if profile.key else set())
    missing = [name for name in contract.required if name not in supplied]
    if missing:
        found.append(f"columns: {contract.source} requires {', '.join(missing)}")
    found += _key(profile.key, profile, contract) if profile.key else []
    return found + _leaks(profile, contract)


def _leaks(profile: Profile, contract: Contract) -> list[str]:
    """Keys and texts leave the vault: neither may be made from cells that hold names or numbers of persons.

    A hash does not hide a number either: whoever tries all numbers finds the one that fits.
    """
    personal = {
        folded(header)
        for name, rule in profile.columns.items()
        if name in contract.columns and contract.columns[name].pii in {"identifier", "direct"}
        for header in rule.headers or []
    }
    found = []
    for name, rule in profile.columns.items():
        column = contract.columns.get(name)
        if column and column.type == "text" and column.pii is None:
            shared = [header for header in rule.headers or [] if folded(header) in personal]
            found += [f"columns.{name}: {header} is personal, {name} leaves the vault" for header in shared]
    if profile.key and profile.key.of_all_cells and personal:
        found.append("key.from: all takes in personal cells, and keys leave the vault; name the cells that are not")
    elif profile.key:
        shared = [header for header in profile.key.headers if folded(header) in personal]
        found += [f"key.from: {header} is personal, and keys leave the vault" for header in shared]
    return found


def _rule(name: str, rule: ColumnRule, contract: Contract) -> list[str]:
    column = contract.columns.get(name)
    if column is None:
        return [f"{contract.source} has no such column; allowed are {', '.join(contract.columns)}"]
    found = [text for value in _fixed_values(rule) for text in _unknown_code(value, column)]
    if rule.date_format and not (column.type in DATE_TYPES or rule.year_starts_in):
        found.append(f"date_format is for columns of type {', '.join(sorted(DATE_TYPES))}; this one is {column.type}")
    if rule.year_starts_in and column.type != "integer":
        found.append(f"year_starts_in gives a year, for a column of type integer; this one is {column.type}")
    if rule.factor is not None and column.type not in NUMBER_TYPES:
        found.append(f"factor is for columns of type {', '.join(sorted(NUMBER_TYPES))}; this one is {column.type}")
    return found + _units(rule, column)


def _units(rule: ColumnRule, column: Column) -> list[str]:
    """A header that names a unit and a rule without a factor would load figures that are too small or too large."""
    if rule.factor is not None or column.base_type not in units():
        return []
    found = []
    for header in rule.headers or []:
        bracket = re.search(r"[(\[【〔]([^()\[\]【】〔〕]+)[)\]】〕]$", folded(header))
        for unit in units()[column.base_type]:
            if bracket and folded(unit.unit) == bracket[1] and unit.numerator != unit.denominator:
                factor = f"{unit.numerator}/{unit.denominator}".removesuffix("/1")
                found.append(f"the header {header} is in {unit.unit}; give factor: {factor}")
    return found


def _fixed_values(rule: ColumnRule) -> list[str]:
    fixed = [rule.constant, rule.otherwise, rule.default, *(rule.values or {}).values()]
    return [value for value in fixed if value]


def _unknown_code(value: str, column: Column) -> list[str]:
    if column.code_list is None:
        return []
    codes = code_lists()[column.code_list]
    members = re.split(r"[、，,;；|]", value) if column.base_type == "codes" else [value]
    if all(member.strip() in codes for member in members):
        return []
    return [f"{value!r} is not a code of {column.code_list}; allowed are {', '.join(codes)}"]


def _key(key: Key, profile: Profile, contract: Contract) -> list[str]:
    column = contract.columns.get(key.column)
    if column is None:
        return [f"key.column: {contract.source} has no column {key.column}; allowed are {', '.join(contract.columns)}"]
    found = []
    if key.column in profile.columns:
        found.append(f"key.column: {key.column} is also under columns; it can be filled only once")
    needed = {"hex": "text", "uscc": "uscc"}[key.form]
    if column.type != needed:
        found.append(f"key.as: {key.form} makes a {needed}, but {key.column} is {column.type}")
    return found
