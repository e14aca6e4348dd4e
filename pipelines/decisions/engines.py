"""The two engines behind one door: a transaction in which statements with `?` for their values are executed.

A writer holds its chain from reading the head to writing the next entry, so that no two writers build on the same head:
SQLite by taking the file at the start (BEGIN IMMEDIATE), PostgreSQL by the lock on the row of the head.
"""

import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from pipelines.decisions import schema
from pipelines.decisions.chain import FIRST
from pipelines.decisions.problems import StoreProblem

Execute = Callable[..., list[tuple[Any, ...]]]
"""A statement and its values, to the rows that it gives."""

_PATIENCE_S = 30
# Any number that nothing else in the database takes: two programs do not make the tables at once.
_MAKING = 5_217_044_301


class Engine(Protocol):
    """Where the tables are."""

    name: str
    for_update: str

    def transaction(self, *, writes: bool) -> AbstractContextManager[Execute]:
        """All or nothing. One that only reads sees the store as it was at one moment."""
        ...


def _unusable(error: Exception) -> StoreProblem:
    text = " ".join(str(error).split())
    return StoreProblem(
        f"决定库无法使用，没有写入任何内容：{text}",
        f"the store of decisions cannot be used, nothing was written: {text}",
    )


class Sqlite:
    """A file of its own in the data folder, readable by its owner alone."""

    name = "sqlite"
    for_update = ""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.exists():
            self._make()

    def _make(self) -> None:
        """Made aside and put in place whole: nobody ever sees half a store, and of two makers one is first."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.parent.chmod(0o700)
        aside = self.path.with_name(f".making-{secrets.token_hex(8)}")
        os.close(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        try:
            with closing(sqlite3.connect(aside, isolation_level=None)) as connection:
                connection.execute("pragma journal_mode = wal")
                connection.execute("begin immediate")
                for statement in schema.sqlite(FIRST):
                    connection.execute(statement)
                connection.execute("commit")
            with suppress(FileExistsError):
                os.link(aside, self.path)
        except sqlite3.Error as error:
            raise _unusable(error) from error
        finally:
            for left in self.path.parent.glob(f"{aside.name}*"):
                left.unlink(missing_ok=True)

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[Execute]:
        """A connection each: threads and processes share nothing but the file."""
        try:
            address = f"{self.path.absolute().as_uri()}?mode=rw"
            with closing(sqlite3.connect(address, uri=True, timeout=_PATIENCE_S, isolation_level=None)) as connection:
                # What was said to be written stays written when the power goes.
                connection.execute("pragma synchronous = full")
                connection.execute("begin immediate" if writes else "begin")

                def execute(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                    return connection.execute(statement, values).fetchall()

                try:
                    yield execute
                    connection.execute("commit")
                finally:
                    if connection.in_transaction:
                        with suppress(sqlite3.Error):  # what ended the transaction is what is told
                            connection.execute("rollback")
        except sqlite3.Error as error:
            raise _unusable(error) from error


class Postgresql:
    """A database that other machines may share."""

    name = "postgresql"
    for_update = " for update"

    def __init__(self, url: str) -> None:
        self._url = url
        with self.transaction(writes=False) as execute:
            is_made = self._is_made(execute)
        if not is_made:
            self._make()

    def _make(self) -> None:
        """Of two makers one is first. The other asks once more when it holds the lock, and not before on this connection,
        which would remember that there was no such table."""
        with self.transaction(writes=True) as execute:
            execute("select pg_advisory_xact_lock(?)", (_MAKING,))
            if not self._is_made(execute):
                for statement in schema.postgresql(FIRST):
                    execute(statement)

    @staticmethod
    def _is_made(execute: Execute) -> bool:
        return execute("select to_regclass('chain_heads') is not null") == [(True,)]

    @contextmanager
    def transaction(self, *, writes: bool) -> Iterator[Execute]:
        """A connection each, as with SQLite."""
        import psycopg

        try:
            with psycopg.connect(self._url, connect_timeout=_PATIENCE_S, application_name="oversight") as connection:
                connection.read_only = not writes
                # A reader's queries agree with each other; a writer waits for the head and then sees what was written.
                connection.isolation_level = (
                    psycopg.IsolationLevel.READ_COMMITTED if writes else psycopg.IsolationLevel.REPEATABLE_READ
                )

                def execute(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                    # The statements are the store's own words; no value and no `%` stands in those that take values.
                    asked = connection.execute(statement.replace("?", "%s").encode(), values or None)
                    return asked.fetchall() if asked.description else []

                execute(f"set local lock_timeout = '{_PATIENCE_S}s'")
                yield execute
        except psycopg.Error as error:
            raise _unusable(error) from error
