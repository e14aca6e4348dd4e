"""Bytes to UTF-8: a copy of a file in the vault, its hash, its encoding, and its text as UTF-8 on disk.

Everything works in pieces of a few megabytes: a file may be larger than memory. Nothing here knows rows or columns.
"""

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.landing.blocks import Unreadable

PIECE = 4 << 20
# A file that unpacks to more than this, at such a rate, is taken for a bomb. Real exports pack to a tenth or a fiftieth.
UNPACKED_FREELY = 256 << 20
UNPACKED_RATIO = 200
UNPACKED_AT_MOST = 64 << 30

_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Copied:
    """What was found out while a file was copied: SHA-256, size in bytes, and whether it is UTF-8 as a whole."""

    sha256: str
    size: int
    is_utf8: bool


def _is_utf8_so_far(decoder: codecs.IncrementalDecoder, piece: bytes, final: bool) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def copy_and_hash(source: Path, target: Path) -> Copied:
    """Copy a file once, hashing and checking it on the way, so that what is read is what was hashed."""
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8, size = True, 0
    with source.open("rb", buffering=0) as reader, target.open("wb", buffering=0) as writer:
        while piece := reader.read(PIECE):
            digest.update(piece)
            if is_utf8 and not (piece.isascii() and not decoder.getstate()[0]):
                is_utf8 = _is_utf8_so_far(decoder, piece, final=False)
            writer.write(piece)
            size += len(piece)
    is_utf8 = is_utf8 and _is_utf8_so_far(decoder, b"", final=True)
    return Copied(digest.hexdigest(), size, is_utf8)


def _unpacked(path: Path) -> Iterator[bytes]:
    limit = max(UNPACKED_FREELY, min(UNPACKED_AT_MOST, UNPACKED_RATIO * path.stat().st_size))
    total = 0
    try:
        with gzip.open(path) as reader:
            while piece := reader.read(PIECE):
                total += len(piece)
                if total > limit:
                    raise Unreadable("unpacks_too_large")
                yield piece
    except (OSError, EOFError, zlib.error) as error:
        raise Unreadable("broken_archive") from error


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb", buffering=0) as reader:
        while piece := reader.read(PIECE):
            yield piece


def _encoding_of(start: bytes, is_utf8: bool) -> str:
    for mark, encoding in _MARKS:
        if start.startswith(mark):
            return encoding
    return "utf-8" if is_utf8 else "gb18030"


def _decoded(pieces: Iterator[bytes], encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        for piece in pieces:
            yield decoder.decode(piece)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise Unreadable("not_decodable") from error


def _unpack_to(path: Path, target: Path) -> bool:
    """Unpack a gzip file; whether the text in it is UTF-8 as a whole."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    is_utf8 = True
    with target.open("wb") as writer:
        for piece in _unpacked(path):
            writer.write(piece)
            is_utf8 = is_utf8 and _is_utf8_so_far(decoder, piece, final=False)
    return is_utf8 and _is_utf8_so_far(decoder, b"", final=True)


def utf8_text(
    path: Path, kind: str, is_utf8: bool, scratch: Path, known_encoding: str | None = None
) -> tuple[Path, str]:
    """A file with the same text in UTF-8 without mark, and the name of the encoding in which it came.

    Without a mark, text that is valid UTF-8 as a whole is UTF-8 and any other GB18030. Raises `Unreadable` where the text
    is in neither, or the archive is broken or a bomb. Files that have to be rewritten go to `scratch`, in the vault.
    """
    if kind.endswith(".gz") and path.stat().st_size:
        plain = scratch / "unpacked"
        is_utf8 = _unpack_to(path, plain)
        path = plain
    with path.open("rb") as reader:
        encoding = known_encoding or _encoding_of(reader.read(4), is_utf8)
    if encoding == "utf-8":
        return path, encoding
    target = scratch / "text"
    with target.open("wb") as writer:
        for text in _decoded(_pieces(path), encoding):
            writer.write(text.encode())
    return target, encoding
