"""Profiles: reviewed files that map an office's export onto a source (`docs/profiles.md` explains how to write one).

The reader finds files, sheets and header lines with `matching`, `wants_sheet` and `header_place`, calls `begin_file`
once a file, and gives every block of raw rows to `apply_profile`. What comes back are the contract's columns, still as
text: the contract's parsers judge them. No file is opened here but the profiles themselves.
"""

import calendar
import datetime as dt
import fnmatch
import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import yaml
from pydantic import ValidationError

from pipelines.contracts import Contract, load_contracts
from pipelines.landing.names import folded
from pipelines.landing.profile_rows import FileState, ProfiledRows, ProfileMismatch, apply_profile, missing_headers
from pipelines.landing.profile_schema import DateFrom, DivisionFrom, Profile, problems
from pipelines.landing.profile_values import extract, read_date
from pipelines.paths import PROFILES, REFERENCE

__all__ = [
    "FileState",
    "Profile",
    "ProfileError",
    "ProfileMismatch",
    "ProfiledRows",
    "apply_profile",
    "begin_file",
    "column_letters",
    "file_division",
    "header_place",
    "load_profile",
    "load_profiles",
    "matching",
    "missing_headers",
    "parse_profile",
    "profile_fingerprint",
    "wants_sheet",
]

ReadCell = Callable[[str | None, int, int], str]
"""Reads one cell of the file: sheet (None: the first), row and column, both from 1."""


class ProfileError(ValueError):
    """A profile that cannot be used. The message names the file, the key, and what is allowed there."""


# ---- loading ---------------------------------------------------------------------------------------------------------


class _UniqueKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error; the plain loader would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for key in keys:
            if keys.count(key) > 1:
                line = node.start_mark.line + 1
                raise ProfileError(f"key {key!r} stands twice in the block that begins on line {line}")
        return super().construct_mapping(node, deep)


def _said(error: ValidationError) -> list[str]:
    """The errors of a document, each as `key: what is wrong`."""
    lines = []
    for item in error.errors():
        path = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "string_type":
            message += " (put numbers, dates, yes and no in quotes)"
        if item["type"] == "string_pattern_mismatch":
            message += f", not {item['input']!r}"
        lines.append(f"{path}: {message}" if path else message)
    return lines


def parse_profile(text: str, name: str, contracts: Mapping[str, Contract] | None = None) -> Profile:
    """Read and check the text of a profile; `name` stands for it in messages."""
    contracts = load_contracts() if contracts is None else contracts
    try:
        document = yaml.load(text, Loader=_UniqueKeys)  # noqa: S506 - a SafeLoader with one more check
        profile = Profile.model_validate(document)
    except yaml.YAMLError as error:
        raise ProfileError(f"{name}: not YAML: {error}") from error
    except ValidationError as error:
        raise ProfileError("\n".join(f"{name}: {line}" for line in _said(error))) from error
    except ProfileError as error:
        raise ProfileError(f"{name}: {error}") from error
    if profile.source not in contracts:
        raise ProfileError(f"{name}: source: no source {profile.source!r}; allowed are {', '.join(contracts)}")
    found = problems(profile, contracts[profile.source]) + _bad_patterns(profile)
    if found:
        raise ProfileError("\n".join(f"{name}: {line}" for line in found))
    return profile


def _bad_patterns(profile: Profile) -> list[str]:
    found = []
    for pattern in profile.files:
        try:
            _glob(pattern)
        except re.error:
            found.append(f"files: {pattern!r} is not a file pattern")
    return found


def load_profile(path: Path) -> Profile:
    """Read and check one profile; its name is the name of its file."""
    profile = parse_profile(path.read_text(encoding="utf-8"), path.name)
    if profile.name != path.stem:
        raise ProfileError(f"{path.name}: name: is {profile.name!r}; profile and file have one name, {path.stem!r}")
    return profile


def load_profiles(paths: Iterable[Path] | None = None) -> list[Profile]:
    """The profiles in the given files and folders, by name; without paths those of the project."""
    files: list[Path] = []
    for path in [PROFILES] if paths is None else paths:
        files += sorted(path.glob("*.yml")) if path.is_dir() else [path]
    profiles = sorted((load_profile(path) for path in files), key=lambda profile: profile.name)
    names = [profile.name for profile in profiles]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ProfileError(f"more than one profile is called {', '.join(twice)}")
    return profiles


def profile_fingerprint(profile: Profile) -> str:
    """What a profile says, as a hash: a file is read anew when it changes. Comments and notes do not count."""
    said = repr(profile.model_copy(update={"notes": None, "title": None}))
    return hashlib.sha256(said.encode() + (REFERENCE / "cjk_radicals.csv").read_bytes()).hexdigest()


# ---- finding files, sheets, headers ----------------------------------------------------------------------------------


def _glob(pattern: str) -> re.Pattern[str]:
    """A file pattern as a regular expression: `**/` is any folders or none, `*`, `?` and `[5-7]` stay within a name."""
    parts = re.split(r"(\*\*/|\*|\?|\[!?[^\]/]+\])", unicodedata.normalize("NFC", pattern))
    meaning = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}

    def translated(part: str) -> str:
        if part.startswith("[") and part.endswith("]"):
            return part.replace("[!", "[^/", 1).replace("\\", r"\\")
        return meaning.get(part, re.escape(part))

    return re.compile("".join(map(translated, parts)), re.DOTALL)


def matching(profiles: Iterable[Profile], path: str) -> list[Profile]:
    """The profiles for a file, by its path within the landing folder (with `/` between the parts)."""
    path = unicodedata.normalize("NFC", path)
    return [profile for profile in profiles if any(_glob(pattern).fullmatch(path) for pattern in profile.files)]


def wants_sheet(profile: Profile, sheet: str) -> bool:
    """Whether a profile is about a sheet of this name."""
    return profile.sheets is None or any(fnmatch.fnmatchcase(sheet, pattern) for pattern in profile.sheets)


def column_letters(width: int) -> list[str]:
    """The headers of a table that has none: A, B, ... Z, AA, ..."""
    letters = []
    for number in range(1, width + 1):
        name, rest = "", number
        while rest:
            rest, place = divmod(rest - 1, 26)
            name = chr(ord("A") + place) + name
        letters.append(name)
    return letters


def header_place(profile: Profile, top: Sequence[tuple[int, Sequence[str]]]) -> int | None:
    """Which of a table's first lines (line number, cells) is the header; -1 if it has none, None if it is not found.

    Where the profile does not say, it is the line with the most of the profile's headers, if it has half of them.
    """
    header = profile.header
    if header is not None and header.none:
        return -1
    if header is not None and header.line is not None:
        return next((place for place, (line, _) in enumerate(top) if line == header.line), None)
    wanted = {folded(name) for name in (header.find if header and header.find else profile.headers)}
    shown = [len(wanted & {folded(cell) for cell in cells}) for _, cells in top]
    most = max(shown, default=0)
    enough = most == len(wanted) if header is not None else most > 0 and 2 * most >= len(wanted)
    return shown.index(most) if enough else None


# ---- what a file says about itself -----------------------------------------------------------------------------------


def file_division(profile: Profile, path: str) -> str:
    """The division of a file, by its path within the landing folder."""
    return _division(profile.division, path)


def _division(rule: DivisionFrom, path: str) -> str:
    if rule.constant is not None:
        return rule.constant
    found = extract(path, rule.pattern or "")
    if found is None or not re.fullmatch(r"\d{6}|\d{9}|\d{12}", found):
        raise ProfileMismatch(f"division.pattern finds no code of 6, 9 or 12 digits in the path of the file: {found!r}")
    return found


def _file_date(rule: DateFrom, path: str, read_cell: ReadCell | None) -> dt.date:
    if rule.constant is not None:
        return dt.date.fromisoformat(rule.constant)
    text: str | None = path
    if rule.cell is not None:
        if read_cell is None:
            raise ProfileMismatch("the date stands in a cell, but this kind of file has no cells")
        letters, row = re.findall(r"[A-Z]+|\d+", rule.cell)
        column = sum((ord(letter) - 64) * 26**place for place, letter in enumerate(reversed(letters)))
        text = unicodedata.normalize("NFKC", read_cell(rule.sheet, int(row), column)).strip()
    if rule.pattern is not None:
        text = extract(text or "", rule.pattern)
    moment = read_date(text, [rule.format or ""]) if text else None
    if moment is None:
        raise ProfileMismatch(f"no date in the format {rule.format!r} where the profile looks for it")
    last = calendar.monthrange(moment.year, moment.month)[1]
    return moment.date().replace(day=last) if rule.end_of_month else moment.date()


def begin_file(profile: Profile, path: str, read_cell: ReadCell | None = None) -> FileState:
    """What a file says about itself, by its path within the landing folder; the state for `apply_profile`."""
    return FileState(file_division(profile, path), _file_date(profile.date, path, read_cell))
