"""What is personal and where it stays: person keys, original files, raw text of rows, and who stands behind a key.

The vault is a folder of its own that only its owner may enter. Everything outside knows person keys. Nothing here logs,
and no message of an error holds a value.
"""

import hashlib
import hmac
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import polars_hash as plh

KEY_VARIABLE = "OVERSIGHT_PSEUDONYM_KEY"
_KEY_LENGTH = 24


class KeyProblem(Exception):
    """The pseudonym key is missing, or not the one that the vault was made with."""


@dataclass(frozen=True)
class PersonKeys:
    """Makes person keys: the first 24 hexadecimal digits of HMAC-SHA-256 over a person's canonical id."""

    secret: str

    def of(self, ids: pl.Series) -> pl.Series:
        """Keys of a column of ids; null stays null. Each distinct id is worked out once."""
        distinct = pl.DataFrame({"id": ids.drop_nulls().unique()})
        digest = plh.col("id").chash.hmac_sha256(key=self.secret)
        table = distinct.with_columns(key=digest.str.slice(0, _KEY_LENGTH))
        return pl.DataFrame({"id": ids}).join(table, on="id", how="left", maintain_order="left")["key"]

    def __repr__(self) -> str:
        """Without the secret."""
        return "PersonKeys(...)"


def key_from_environment() -> PersonKeys:
    """The key in `OVERSIGHT_PSEUDONYM_KEY`. Raises `KeyProblem` where it is missing or empty."""
    secret = os.environ.get(KEY_VARIABLE, "")
    if not secret:
        raise KeyProblem(
            f"{KEY_VARIABLE} is not set. It holds the secret from which person keys are made; set it to the one that this "
            "data folder was made with, or make one with: oversight key new"
        )
    return PersonKeys(secret)


def new_key() -> str:
    """A new secret of 256 random bits."""
    return secrets.token_hex(32)


class Vault:
    """The vault's folder. `open_for` checks the key before anything is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def key_file(self) -> Path:
        """Where the demo keeps its key; real use has it in the environment."""
        return self.folder / "demo.key"

    def open_for(self, keys: PersonKeys) -> None:
        """Make the vault with this key, or check that it was made with it. Raises `KeyProblem` otherwise."""
        self._make()
        mark = self.folder / "key.fingerprint"
        fingerprint = hmac.new(keys.secret.encode(), b"vault fingerprint", hashlib.sha256).hexdigest()
        if not mark.exists():
            if any((self.folder / "files").iterdir()):
                raise KeyProblem(f"{mark} is missing from a vault that holds files; restore it before anything is read")
            write_private(mark, fingerprint)
        elif not hmac.compare_digest(mark.read_text().strip(), fingerprint):
            raise KeyProblem(
                f"{KEY_VARIABLE} is not the key that this vault was made with: one person would get a second key. "
                "Set the earlier key, or use another --data folder"
            )

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder.chmod(0o700)
        for name in ("files", "quarantine", "people", "scratch"):
            (self.folder / name).mkdir(exist_ok=True, mode=0o700)

    def original(self, sha256: str) -> Path:
        """Where the bytes of a file are kept."""
        return self.folder / "files" / sha256

    def quarantined_text(self, load_id: str) -> Path:
        """Where the raw text of a load's quarantined rows is kept."""
        return self.folder / "quarantine" / f"{load_id}.parquet"

    def people(self, load_id: str) -> Path:
        """Where a load's ids and other direct identifiers are kept, by person key and line."""
        return self.folder / "people" / f"{load_id}.parquet"

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """A private folder for unpacked and rewritten text, emptied afterwards; what a killed run left goes first."""
        folder = self.folder / "scratch" / "now"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def write_private(path: Path, text: str) -> None:
    """Write a small file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)


def demo_key(vault: Vault) -> PersonKeys:
    """The demo's own key, kept in its vault; made at first use."""
    vault.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not vault.key_file.exists():
        write_private(vault.key_file, new_key())
    return PersonKeys(vault.key_file.read_text().strip())
