"""The landing folder to loads: every file found, hashed, kept, read once, and given its status.

Statuses are worked out anew from the whole ledger in each run, in the order file date, file name, path. So a file that
comes later gives the same result as one that was there from the start.
"""

import datetime as dt
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.contracts import Contract, contract_fingerprint, load_contracts
from pipelines.landing.blocks import Table, Unreadable
from pipelines.landing.decoding import copy_and_hash, utf8_text
from pipelines.landing.ledger import Arrival, Ledger, stamp_of
from pipelines.landing.loads import Chosen, LoadSummary, load_folder, read_summary, write_load
from pipelines.landing.names import TEXT_KINDS, WORKBOOK_KINDS, file_kind, parse_file_name, trimmed_division
from pipelines.landing.profile_readings import profile_readings
from pipelines.landing.profiles import Profile, matching, profile_fingerprint
from pipelines.landing.sheets import choose
from pipelines.landing.text_tables import read_text
from pipelines.landing.workbook_tables import read_parquet, read_workbook
from pipelines.vault import PersonKeys, Vault

READER_VERSION = "1"  # raised when the same bytes would be read in another way

FILE_COLUMNS: dict[str, pl.DataType] = {
    "file": pl.String(),
    "sha256": pl.String(),
    "source": pl.String(),
    "division": pl.String(),
    "division_key": pl.String(),
    "file_date": pl.Date(),
    "file_order": pl.Int64(),
    "rows_read": pl.Int64(),
    "rows_loaded": pl.Int64(),
    "rows_duplicate": pl.Int64(),
    "rows_quarantined": pl.Int64(),
    "not_data": pl.Int64(),
    "status": pl.String(),
    "problem": pl.String(),
    "encoding": pl.String(),
    "profile": pl.String(),
    "is_present": pl.Boolean(),
    "load_id": pl.String(),
}


@dataclass(frozen=True)
class Landed:
    """What a look into the landing folder gave.

    files: a row for each file and source (`FILE_COLUMNS`). summaries: what is told of each load, by load id.
    """

    files: pl.DataFrame
    summaries: dict[str, LoadSummary]


@dataclass(frozen=True)
class _Claim:
    """A file as one source: by its name, or by a profile."""

    arrival: Arrival
    source: str
    division: str | None
    date: dt.date | None
    kind: str
    profile: Profile | None = None

    @property
    def load_id(self) -> str:
        """The load of this content for this source, read in this way."""
        readers = [READER_VERSION, contract_fingerprint(self.source), self.kind.removesuffix(".gz")]
        readers.append(profile_fingerprint(self.profile) if self.profile else "")
        # A profile may take the date or the division of the rows from the file's own name.
        readers.append(self.arrival.path if self.profile else "")
        text = "|".join([self.arrival.sha256, self.source, *readers])
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def _safe_name(path: Path, landing: Path) -> str:
    return path.relative_to(landing).as_posix().encode("utf-8", "backslashreplace").decode()


def _walk(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda item: item.name):
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path))
            else:
                yield Path(entry.path)


def _arrive(path: Path, name: str, ledger: Ledger, vault: Vault, scratch: Path) -> Arrival:
    """Take one file in: its bytes go to the vault, under their hash."""
    if not stat.S_ISREG(path.lstat().st_mode):
        # Links could lead anywhere on this machine, pipes and devices never end.
        return Arrival(name, "", 0, False, 0, (), "not_a_file")
    stamp = stamp_of(path)
    known = ledger.unchanged(name, stamp)
    if known and vault.original(known.sha256).exists():
        return known
    try:
        copied = copy_and_hash(path, scratch / "arriving")
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise
        return Arrival(name, "", 0, False, 0, (), "cannot_be_opened")
    original = vault.original(copied.sha256)
    if not original.exists():
        (scratch / "arriving").replace(original)
    return Arrival(name, copied.sha256, copied.size, copied.is_utf8, 0, stamp)


def _claims(arrival: Arrival, profiles: Sequence[Profile]) -> list[_Claim]:
    """As what a file is read: by its profiles where any is meant for it, else by its name."""
    kind = file_kind(Path(arrival.path).name)
    by_profile = matching(profiles, arrival.path) if kind else []
    if kind and by_profile:
        return [_Claim(arrival, profile.source, None, None, kind, profile) for profile in by_profile]
    name = parse_file_name(Path(arrival.path).name)
    return [_Claim(arrival, name.source, name.division, name.date, name.kind)] if name else []


def _tables(claim: _Claim, contract: Contract, original: Path, scratch: Path) -> tuple[list[Table], str | None]:
    kind, profile = claim.kind, claim.profile
    if kind in WORKBOOK_KINDS:
        return list(read_workbook(original, kind)), None
    if kind == "parquet":
        return [read_parquet(original)], None
    if kind.removesuffix(".gz") not in TEXT_KINDS:
        raise Unreadable("unknown_kind")
    text, encoding = utf8_text(original, kind, claim.arrival.is_utf8, scratch, profile.encoding if profile else None)
    return [read_text(text, contract, kind, profile.delimiter if profile else None)], encoding


def _read(
    claim: _Claim, keys: PersonKeys, vault: Vault, raw: Path, scratch: Path, progress: Callable[[str], None]
) -> LoadSummary:
    contract = load_contracts()[claim.source]
    complete = read_summary(load_folder(raw, claim.source, claim.load_id))
    if complete:
        return complete
    progress(claim.arrival.path)

    def readings() -> Chosen:
        tables, encoding = _tables(claim, contract, vault.original(claim.arrival.sha256), scratch)
        if claim.profile:
            chosen, others, state = profile_readings(claim.profile, contract, tables, claim.arrival.path)
            return Chosen(chosen, others, encoding, state.division, state.date.isoformat())
        chosen, others = choose(tables, contract)
        return Chosen(chosen, others, encoding)

    return write_load(contract, readings, keys, vault, raw, claim.load_id)


def _order(claim: _Claim) -> tuple[dt.date, str, str, int]:
    path = claim.arrival.path
    return claim.date or dt.date.min, path.rpartition("/")[2], path, claim.arrival.order


def _status(summary: LoadSummary, is_repeated: bool) -> str:
    counts = summary.counts
    if summary.problem:
        return "unreadable"
    if is_repeated:
        return "repeated"
    if counts.rows_read == 0:
        return "empty"
    if counts.rows_loaded == 0 and counts.rows_quarantined:
        return "quarantined"
    return "loaded"


def _file_row(claim: _Claim, summary: LoadSummary, place: int, is_repeated: bool) -> dict[str, object]:
    counts, status = summary.counts, _status(summary, is_repeated)
    repeated = status == "repeated"
    return {
        "file": claim.arrival.path,
        "sha256": claim.arrival.sha256 or None,
        "source": claim.source,
        "division": claim.division,
        "division_key": trimmed_division(claim.division),
        "file_date": claim.date,
        "file_order": place,
        "rows_read": counts.rows_read,
        "rows_loaded": 0 if repeated else counts.rows_loaded,
        "rows_duplicate": counts.rows_read if repeated else counts.rows_duplicate,
        "rows_quarantined": 0 if repeated else counts.rows_quarantined,
        "not_data": counts.not_data,
        "status": status,
        "problem": summary.problem,
        "encoding": summary.encoding,
        "profile": claim.profile.name if claim.profile else None,
        "is_present": claim.arrival.is_present,
        "load_id": claim.load_id if claim.arrival.sha256 else None,
    }


def _unrecognised_row(arrival: Arrival) -> dict[str, object]:
    counts = dict.fromkeys(("rows_read", "rows_loaded", "rows_duplicate", "rows_quarantined", "not_data"), 0)
    return {
        **dict.fromkeys(FILE_COLUMNS),
        **counts,
        "file": arrival.path,
        "sha256": arrival.sha256 or None,
        "status": "unrecognised",
        "problem": arrival.problem or "name_not_recognised",
        "is_present": arrival.is_present,
    }


def _judge_files(
    claims: list[tuple[_Claim, LoadSummary]], is_snapshot: Callable[[str], bool]
) -> list[dict[str, object]]:
    """Give each file its place in the order and its status; the same content again is repeated."""
    seen: set[tuple[object, ...]] = set()
    rows = []
    for place, (claim, summary) in enumerate(sorted(claims, key=lambda pair: _order(pair[0])), 1):
        content = (claim.arrival.sha256, claim.source, trimmed_division(claim.division))
        content = (*content, claim.date) if is_snapshot(claim.source) else content
        is_repeated = bool(claim.arrival.sha256) and content in seen
        seen.add(content)
        rows.append(_file_row(claim, summary, place, is_repeated))
    return rows


def land(
    landing: Path,
    data: Path,
    vault: Vault,
    keys: PersonKeys,
    profiles: Sequence[Profile] = (),
    progress: Callable[[str], None] = lambda _text: None,
) -> Landed:
    """Take in every file of the landing folder and read what has not been read before.

    Raises `FileNotFoundError` where there is no landing folder, `KeyProblem` where the vault has another key.
    """
    if not landing.is_dir():
        raise FileNotFoundError(f"there is no landing folder {landing}")
    vault.open_for(keys)
    raw = data / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    ledger = Ledger.read(data / "ledger.json")
    with vault.scratch() as scratch:
        found = [_arrive(path, _safe_name(path, landing), ledger, vault, scratch) for path in _walk(landing)]
    ledger = ledger.with_found(found)
    ledger.write(data / "ledger.json")
    claims: list[tuple[_Claim, LoadSummary]] = []
    unrecognised: list[Arrival] = []
    for arrival in ledger.arrivals:
        own = _claims(arrival, profiles)
        if not own:
            unrecognised.append(arrival)
        for claim in own:
            if arrival.problem:
                claims.append((claim, LoadSummary(problem=arrival.problem)))
                continue
            with vault.scratch() as scratch:
                summary = _read(claim, keys, vault, raw, scratch, progress)
            claims.append((_dated(claim, summary), summary))
    contracts = load_contracts()
    rows = _judge_files(claims, lambda source: contracts[source].mode == "snapshot")
    rows += [_unrecognised_row(arrival) for arrival in sorted(unrecognised, key=lambda arrival: arrival.path)]
    summaries = {claim.load_id: summary for claim, summary in claims}
    return Landed(pl.DataFrame(rows, schema=FILE_COLUMNS), summaries)


def _dated(claim: _Claim, summary: LoadSummary) -> _Claim:
    """A profile's claim with the division and the date that the path or the content gave."""
    if claim.profile is None or summary.file_date is None:
        return claim
    return replace(claim, division=summary.division, date=dt.date.fromisoformat(summary.file_date))
