"""Attachments of decisions: bytes kept under their hash, given back only where the hash still fits."""

import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from pipelines.app_limits import app_limit
from pipelines.decisions.entries import Kept
from pipelines.decisions.problems import NotWhole, StoreProblem
from pipelines.decisions.texts import clean, names_a_person

_LONGEST_NAME = 120


@dataclass(frozen=True)
class Attachment:
    """A file that a user adds to a decision."""

    name: str
    content: bytes


def _name(given: str) -> str:
    """The bare name of a file, whatever system it comes from."""
    bare = (
        clean(unicodedata.normalize("NFC", PurePosixPath(PureWindowsPath(given).name).name))
        .replace("\n", " ")
        .strip(".")
    )
    if not bare or len(bare) > _LONGEST_NAME:
        raise NotWhole(
            f"附件名须为 1 至 {_LONGEST_NAME} 字", f"the name of an attachment has 1 to {_LONGEST_NAME} characters"
        )
    if names_a_person(bare):
        raise NotWhole(
            "附件名中有身份证号或手机号，请改名", "the name of an attachment holds a person's number; rename it"
        )
    return bare


def check(attachments: Sequence[Attachment], day: str) -> None:
    """Raise `NotWhole` where there are too many, or one is empty, too large or without a name."""
    most, largest = int(app_limit("decision_attachments", day)), int(app_limit("attachment_bytes", day))
    if len(attachments) > most:
        raise NotWhole(f"附件最多 {most} 个", f"{most} attachments at most")
    for one in attachments:
        name = _name(one.name)
        if not one.content:
            raise NotWhole(f"附件 {name} 是空文件", f"the attachment {name} is empty")
        if len(one.content) > largest:
            raise NotWhole(
                f"附件 {name} 有 {len(one.content):,} 字节，最多 {largest:,} 字节",
                f"the attachment {name} has {len(one.content):,} bytes, {largest:,} at most",
            )


def keep(folder: Path, attachment: Attachment) -> Kept:
    """Write the bytes aside and put them in place by one rename; the same bytes are kept once."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    digest = hashlib.sha256(attachment.content).hexdigest()
    path = folder / digest
    if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
        aside = folder / f".making-{secrets.token_hex(8)}"
        try:
            with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(attachment.content)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return Kept(digest, _name(attachment.name), len(attachment.content))


def read(folder: Path, sha256: str) -> bytes:
    """The bytes of a hash. Raises `StoreProblem` where they are lost or no longer those that were kept."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise StoreProblem("附件编号有误", "that is no hash of an attachment")
    try:
        content = (folder / sha256).read_bytes()
    except FileNotFoundError as error:
        raise StoreProblem("附件已不在库中", f"the attachment {sha256} is not kept") from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise StoreProblem(
            "附件内容与登记的哈希不符，不予提供", f"the attachment {sha256} was changed and is not given out"
        )
    return content
