"""The store in both engines: SQLite in a folder, and a PostgreSQL server of the tests' own on a unix socket."""

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from pipelines.decisions import Ask, Finding, Store, open_store
from pipelines.decisions.entries import subject_kinds
from pipelines.decisions.store import URL_VARIABLE

RUN = "000001-20250630-aa132dcd52bc"


def finding(number: int = 1, rule: str = "S01") -> Finding:
    """One of many made-up findings."""
    return Finding(f"{rule}-{number:016x}", rule, "jincheng", subject_kinds()[rule], RUN)


def ask(number: int = 1, from_state: str = "to_check") -> Ask:
    return Ask(finding(number), from_state)


def _programs() -> Path | None:
    """The newest server of the machine: Debian keeps its programs out of the way of users."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


def _unprivileged() -> int | None:
    """The server refuses to run as root; then it runs as a user who owns nothing."""
    return pwd.getpwnam("nobody").pw_uid if os.getuid() == 0 else None


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server on this machine (Debian: apt-get install postgresql)")
    user = _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path is short: not pytest's deep folder
    if user is not None:
        os.chown(home, user, -1)
    data = home / "data"
    try:
        made = [programs / "initdb", "--pgdata", data, "--username", "oversight", "--auth", "trust", "--no-sync"]
        subprocess.run([*made, "--encoding", "UTF8", "--locale", "C.UTF-8"], user=user, check=True, capture_output=True)
        served = [programs / "postgres", "-D", data, "-k", home, "-c", "listen_addresses=", "-c", "fsync=off"]
        log = (home / "log").open("w")
        server = subprocess.Popen(served, user=user, stdout=log, stderr=log, cwd=home)
        try:
            ready = [programs / "pg_isready", "--host", home, "--timeout", "1"]
            while subprocess.run(ready, capture_output=True, check=False).returncode:
                assert server.poll() is None, (home / "log").read_text()
            yield f"postgresql://oversight@/postgres?host={home}"
        finally:
            server.send_signal(signal.SIGINT)  # ends at once; at SIGTERM it waits for its users
            server.wait(60)
            log.close()
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where an empty store will be: None for SQLite, else a database of its own."""
    if request.param == "sqlite":
        return None
    server: str = request.getfixturevalue("postgresql_server")
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"create database {name}".encode())
    return server.replace("/postgres?", f"/{name}?")


@pytest.fixture(autouse=True)
def no_url_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(URL_VARIABLE, raising=False)


@pytest.fixture
def store(tmp_path: Path, url: str | None) -> Store:
    return open_store(tmp_path, url)


@pytest.fixture
def tamper(store: Store, tmp_path: Path, url: str | None) -> Callable[..., None]:
    """Statements run by somebody who owns the database: without the triggers that stop everybody else."""

    def run(*statements: str) -> None:
        if url is None:
            import sqlite3

            with sqlite3.connect(tmp_path / "decisions" / "decisions.sqlite") as connection:
                triggers = connection.execute("select name from sqlite_master where type = 'trigger'").fetchall()
                for statement in [*(f"drop trigger {name}" for (name,) in triggers), *statements]:
                    connection.execute(statement)
            return
        with psycopg.connect(url) as connection:
            for statement in ("set session_replication_role = replica", *statements):
                connection.execute(statement.encode())

    return run
