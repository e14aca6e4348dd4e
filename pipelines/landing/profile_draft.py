"""A first draft of a profile from a file's headers and some of its rows, for a person to review.

Headers are compared with the names of the contract's columns, and the cells below them with the forms of its types. No cell
is ever written into the draft: it may be somebody's name or number.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contracts import Column, Contract, code_lists, units
from pipelines.landing.identifiers import check_credit_codes, check_id_cards
from pipelines.landing.names import folded
from pipelines.landing.profile_values import read_date, roc_date
from pipelines.landing.values import Cells, clean, is_missing, parse

_UNIT = re.compile(r"^(?P<name>.+)[(\[【〔](?P<unit>[^()\[\]【】〔〕]*)[)\]】〕]$")
_CERTAIN, _LIKELY, _GUESS = 0.95, 0.7, 0.45
_TELLING = frozenset({"id_card", "uscc", "date", "datetime", "month", "code", "codes", "division", "bool"})
# Forms of dates that the contract does not read. Where days and months look alike, both are tried.
_FOREIGN_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d %b %Y", "%d-%b-%Y", "%Y/%m/%d %H:%M:%S")


@dataclass(frozen=True)
class _Proposal:
    """A header proposed for a column: how sure (0 to 1), the share of cells that fit the type, and why."""

    column: Column
    header: str
    sureness: float
    fitting: float | None
    lines: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The sureness in words."""
        if self.sureness >= _CERTAIN:
            return "sure"
        return "likely" if self.sureness >= _LIKELY else "a guess, check it"


def _bare(header: str) -> tuple[str, str | None]:
    """A header without the unit in brackets behind it, and the unit."""
    match = _UNIT.match(folded(header))
    return (match["name"], match["unit"]) if match else (folded(header), None)


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)} or {text}


def similarity(header: str, column: Column) -> float:
    """How much a header looks like one of the names of a column: 1 for the same, 0 for nothing in common."""
    bare, _ = _bare(header)
    best = 0.0
    for name in (folded(name) for name in (column.name, column.name.replace("_", " "), *column.zh)):
        if bare == name:
            return 1.0
        mine, theirs = _pairs(bare), _pairs(name)
        likeness = 2 * len(mine & theirs) / (len(mine) + len(theirs))
        if min(len(bare), len(name)) > 1 and (name in bare or bare in name):
            likeness = max(likeness, 0.75)
        best = max(best, likeness)
    return best


def _share(cells: pl.Series, fits: Callable[[str], bool]) -> float:
    return sum(map(fits, cells)) / len(cells)


def _foreign_date(cells: pl.Series) -> list[str]:
    """The formats that read nearly all cells of a column which the contract does not read."""
    if _share(cells, lambda text: roc_date(text) is not None) > 0.9:
        return ["roc"]
    return [
        form
        for form in _FOREIGN_DATES
        if _share(cells, lambda text, form=form: read_date(text, [form]) is not None) > 0.9
    ]


def _part(which: pl.Series) -> float:
    return which.to_list().count(True) / len(which)


def _fitting(cells: pl.Series, column: Column) -> float:
    """The share of filled cells that the contract's type reads, its codes and bounds left aside."""
    if column.base_type == "id_card":
        values, wrong, _ = check_id_cards(cells)
        return _part(values.is_not_null() | wrong)
    if column.base_type == "uscc":
        return _part(~check_credit_codes(cells)[2])
    return _part(parse(column, Cells(cells)).reasons == 0)


def _filled(rows: Sequence[Sequence[str]], place: int, base_type: str) -> pl.Series:
    cells = clean(pl.Series([row[place] if place < len(row) else "" for row in rows], dtype=pl.String))
    return cells.filter(~is_missing(cells, base_type))


def _factor(header: str, column: Column) -> str | None:
    _, unit = _bare(header)
    for known in units().get(column.base_type, ()):
        if unit is not None and folded(known.unit) == unit and known.numerator != known.denominator:
            return f"{known.numerator}/{known.denominator}".removesuffix("/1")
    return None


def _propose(header: str, cells: pl.Series, column: Column) -> _Proposal:
    """How well a header with its cells would fill a column."""
    looks = similarity(header, column)
    lines: list[str] = []
    factor = _factor(header, column)
    if factor:
        lines.append(f'factor: "{factor}"')
    if cells.is_empty():
        return _Proposal(column, header, 0.9 * looks, None, tuple(lines))
    fitting = _fitting(cells, column)
    if column.base_type in {"date", "datetime", "month"} and fitting < 0.5:
        formats = _foreign_date(cells)
        if formats:
            fitting = 1.0
            lines.append(f"date_format: {json.dumps(formats[0])}")
            if len(formats) > 1:
                lines.append(f"# the cells also read as {formats[1]}: ask which of the two it is")
    if column.code_list and fitting < 1.0:
        lines.append("# values: {}  # cells that are no code of the list need one; codes are:")
        lines.append(f"#   {', '.join(code_lists()[column.code_list])}")
    if column.base_type in _TELLING:
        evidence = 0.3 * fitting if looks < 0.3 else 0.2 * fitting - 0.3 * (1 - fitting)
        sureness = (
            min(1.0 if looks == 1 else 0.9, 0.95 * looks + evidence)
            if looks
            else 0.5 * (fitting > 0.9 and column.base_type in {"id_card", "uscc"})
        )
    else:
        sureness = looks * (0.4 + 0.6 * fitting)
    return _Proposal(column, header, sureness, fitting, tuple(lines))


def propose(headers: Sequence[str], rows: Sequence[Sequence[str]], contract: Contract) -> list[_Proposal]:
    """The best header for each column, every header used once; columns without a likely one are left out."""
    candidates = []
    for place, header in enumerate(headers):
        if not folded(header):
            continue
        for column in contract.columns.values():
            proposal = _propose(header, _filled(rows, place, column.base_type), column)
            if proposal.sureness >= _GUESS:
                candidates.append((proposal, place))
    candidates.sort(key=lambda item: (-item[0].sureness, item[1]))
    chosen: dict[str, _Proposal] = {}
    used: set[str] = set()
    for proposal, _ in candidates:
        if proposal.column.name not in chosen and folded(proposal.header) not in used:
            chosen[proposal.column.name] = proposal
            used.add(folded(proposal.header))
    return [chosen[name] for name in contract.columns if name in chosen]


def _shown(header: str) -> str:
    """A header as it may be shown; what looks like a number of a person is not (the header line may be a wrong one)."""
    return (
        '"(not shown: looks like a number)"' if re.search(r"\d{6}", header) else json.dumps(header, ensure_ascii=False)
    )


def _column_lines(proposal: _Proposal) -> list[str]:
    column = proposal.column
    fit = (
        "no filled cells to judge by"
        if proposal.fitting is None
        else f"{proposal.fitting:.0%} of the cells fit {column.type}"
    )
    lines = [f"  {column.name}:  # {proposal.words}; {fit}", f"    from: {_shown(proposal.header)}"]
    return lines + [f"    {line}" for line in proposal.lines]


def _missing_lines(contract: Contract, found: set[str]) -> list[str]:
    lines = []
    for name in contract.required:
        if name in found:
            continue
        if name == "division_code":
            lines += [f"  {name}: {{from_file: division}}  # no header found; the division of the file is taken"]
        elif (name,) == contract.key and contract.columns[name].type == "text":
            lines += [f"  # {name}: no header found; a key can be made, see key above"]
        else:
            lines += [f"  # {name}: REQUIRED ({contract.columns[name].type}), no header found; give from or constant"]
    return lines


def _key_lines(contract: Contract, proposals: Sequence[_Proposal]) -> list[str]:
    """A key made from what was found, where the contract wants one that the file does not have; never from persons."""
    column = contract.columns[contract.key[0]]
    if len(contract.key) > 1 or column.type != "text" or column.name in {one.column.name for one in proposals}:
        return []
    cells = [_shown(one.header) for one in proposals if one.column.pii not in {"identifier", "direct"}]
    if not cells:
        return [f"# key: {{column: {column.name}, from: [CHANGE]}}  # headers that identify a row, but no person"]
    return [
        f"key: {{column: {column.name}, from: [{', '.join(cells)}]}}  # CHANGE: what identifies a row, but no person"
    ]


def draft(headers: Sequence[str], sample_rows: Sequence[Sequence[str]], contract: Contract, name: str = "draft") -> str:
    """The text of a profile with what could be found out, and with comments on how sure it is and on what is missing.

    What must be filled in by hand is marked CHANGE. No cell of the sample rows is in the text.
    """
    proposals = propose(headers, sample_rows, contract)
    found = {proposal.column.name for proposal in proposals}
    used = {folded(proposal.header) for proposal in proposals}
    unused = [_shown(header) for header in headers if folded(header) and folded(header) not in used]
    lines = [
        f"# Draft from {len(headers)} headers and {len(sample_rows)} rows. Review every line, then take the comments out.",
        f"name: {name}  # CHANGE: as the file is called, in small letters",
        f'title: {{zh: "{contract.zh[0]}", en: "{contract.en}"}}  # CHANGE: whose export this is',
        f"source: {contract.source}",
        'files: ["**/CHANGE_*.csv"]',
        "division: {constant: \"150000\"}  # CHANGE, or {pattern: '_(\\d{6})_'}",
        "date: {pattern: '_(\\d{8})', format: \"%Y%m%d\"}  # CHANGE: where the date of the file stands",
        f"header: {{find: [{', '.join(_shown(header) for header in headers if folded(header) in used)}]}}"
        if used
        else "",
    ]
    lines += _key_lines(contract, proposals)
    lines += ["columns:", *(line for proposal in proposals for line in _column_lines(proposal))]
    lines += _missing_lines(contract, found)
    if unused:
        lines += ["# Headers not used:", *(f"#   {header}" for header in unused)]
    return "\n".join(line for line in lines if line) + "\n"
