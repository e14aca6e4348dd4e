"""What a file's name says: `<source>[_<division>]_<YYYYMMDD>[_<part>].<ext>`. Names are hostile; they are only matched."""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from pipelines.contracts import load_contracts

TEXT_KINDS = ("csv", "tsv", "txt")
WORKBOOK_KINDS = ("xlsx", "xls")
_NAME = re.compile(
    r"(?P<source>.+?)(?:_(?P<division>[0-9]{12}|[0-9]{9}|[0-9]{6}))?_(?P<date>[0-9]{8})(?:_(?P<part>[^\W_]+))?",
    re.DOTALL,
)
_KIND = re.compile(
    r"(?P<stem>.+)\.(?P<kind>csv|tsv|txt|xlsx|xls|parquet|(?:csv|tsv|txt)\.gz)", re.IGNORECASE | re.DOTALL
)


@dataclass(frozen=True)
class FileName:
    """A recognised name: the source, the division and date it speaks of, and the kind of file."""

    source: str
    division: str | None
    date: dt.date
    kind: str


def folded(text: str) -> str:
    """A name as it is compared: NFKC, without white space, any case. A second byte-order mark is white space too."""
    return "".join(unicodedata.normalize("NFKC", text).replace("\ufeff", "").split()).casefold()


@cache
def _sources_by_name() -> dict[str, str]:
    return {
        folded(name): contract.source
        for contract in load_contracts().values()
        for name in (contract.source, *contract.zh)
    }


def file_kind(name: str) -> str | None:
    """The kind of file that the ending names (`csv`, `csv.gz`, `xlsx`, ...), or None."""
    match = _KIND.fullmatch(name)
    return match["kind"].lower() if match else None


def parse_file_name(name: str) -> FileName | None:
    """What a name says, or None where it does not name a source, a real date and a known kind of file."""
    match = _KIND.fullmatch(name)
    parts = _NAME.fullmatch(unicodedata.normalize("NFKC", match["stem"])) if match else None
    if match is None or parts is None:
        return None
    source = _sources_by_name().get(folded(parts["source"]))
    try:
        date = dt.datetime.strptime(parts["date"], "%Y%m%d").date()
    except ValueError:
        return None
    return FileName(source, parts["division"], date, match["kind"].lower()) if source else None


def trimmed_division(code: str | None) -> str | None:
    """A division's code without trailing zeros: first whole groups of three of a 9- or 12-digit code, then pairs."""
    if code is None:
        return None
    while len(code) > 6 and code.endswith("000"):
        code = code[:-3]
    while len(code) in (2, 4, 6) and code.endswith("00"):
        code = code[:-2]
    return code
