"""The chains are whole whatever happens: many writers, killed writers, full disks; and what is done to them is told."""

import multiprocessing
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from pipelines.decisions import Ask, Stale, Store, StoreProblem, open_store
from pipelines.decisions.chain import Entry, Head, hash_of, links
from tests.decisions.conftest import ask, finding

Tamper = Callable[..., None]
USER = "audit@example.org"
SPAWN = multiprocessing.get_context("spawn")


@pytest.fixture
def five(store: Store) -> list[str]:
    """The hashes of five decisions."""
    return [store.decide(ask(number), "checking", "核查", USER).hash for number in range(1, 6)]


def told(store: Store, *noted: Head) -> list[tuple[str, int, str]]:
    return [(fault.chain, fault.sequence, fault.reason) for fault in store.verify(noted)]


def test_a_whole_chain(store: Store, five: list[str]) -> None:
    assert told(store, Head(), Head(3, five[2]), Head(5, five[4])) == []
    assert store.head() == Head(5, five[4])


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (["update decisions set content = replace(content, '核查', '属实') where sequence = 3"], (3, "wrong")),
        (["update decisions set hash = '" + "a" * 64 + "' where sequence = 3"], (3, "wrong")),
        (["update decisions set previous = '" + "b" * 64 + "' where sequence = 3"], (3, "wrong")),
        (["delete from decisions where sequence = 3"], (3, "missing")),
        (["delete from decisions where sequence = 1"], (1, "missing")),
        (["delete from decisions where sequence = 5"], (5, "missing")),
        (["delete from decisions"], (1, "missing")),
        (
            [
                "update decisions set sequence = 99 where sequence = 2",
                "update decisions set sequence = 2 where sequence = 3",
                "update decisions set sequence = 3 where sequence = 99",
            ],
            (2, "wrong"),
        ),
        (["update decisions set sequence = sequence + 10 where sequence = 5"], (5, "missing")),
        (["update chain_heads set hash = '" + "c" * 64 + "' where chain = 'decisions'"], (5, "head")),
        (["update chain_heads set entries = 4 where chain = 'decisions'"], (4, "head")),
    ],
)
def test_tampering_is_told(
    store: Store, five: list[str], tamper: Tamper, statements: list[str], expected: tuple[int, str]
) -> None:
    tamper(*statements)
    assert told(store) == [("decisions", *expected)]
    (fault,) = store.verify()
    assert str(expected[0]) in fault.message_zh
    assert str(expected[0]) in fault.message_en


def test_no_run_is_made_with_a_chain_that_is_not_whole(store: Store, five: list[str], tamper: Tamper) -> None:
    assert store.snapshot().head == Head(5, five[4])
    tamper("update decisions set content = replace(content, 'checking', 'upheld') where sequence = 2")
    with pytest.raises(StoreProblem, match="entry 2 does not fit its hash"):
        store.snapshot()


def test_the_log_of_use_is_a_chain_too(store: Store, five: list[str], tamper: Tamper) -> None:
    tamper("delete from uses where sequence = 2")
    assert told(store) == [("uses", 2, "missing")]


def rows(store: Store) -> list[tuple[int, str, str, str]]:
    with store._engine.transaction(writes=False) as execute:
        return execute("select sequence, previous, hash, content from decisions order by sequence")


def test_entries_that_were_swapped_and_hashed_anew_are_told(store: Store, five: list[str], tamper: Tamper) -> None:
    """Whoever swaps two entries and gives each the hash of its new place cannot give it the one before it."""
    found = rows(store)
    contents = {2: found[2][3], 3: found[1][3]}
    hashes = {place: hash_of("decisions", place, found[place - 1][1], content) for place, content in contents.items()}
    tamper(
        *(
            f"update decisions set content = '{contents[place]}', hash = '{hashes[place]}' where sequence = {place}"
            for place in (2, 3)
        )
    )
    assert told(store) == [("decisions", 3, "reordered")]


def test_an_end_that_was_cut_off_with_its_head_is_told_by_what_was_noted_elsewhere(
    store: Store, five: list[str], tamper: Tamper
) -> None:
    cut = [
        "delete from decisions where sequence > 3",
        f"update chain_heads set entries = 3, hash = '{five[2]}' where chain = 'decisions'",
    ]
    tamper(*cut)
    assert told(store) == []
    assert told(store, Head(4, five[3])) == [("decisions", 4, "missing")]


def test_a_chain_that_was_written_anew_is_told_by_what_was_noted_elsewhere(
    store: Store, five: list[str], tamper: Tamper
) -> None:
    said = [{**Entry(*row).said, "reason": "另一个理由"} for row in rows(store)]
    forged = list(links("decisions", Head(), said))
    values = (f"({one.sequence}, '{one.previous}', '{one.hash}', '{one.content}')" for one in forged)
    tamper(
        "delete from decisions",
        f"insert into decisions (sequence, previous, hash, content) values {', '.join(values)}",
        f"update chain_heads set hash = '{forged[-1].hash}' where chain = 'decisions'",
    )
    assert told(store) == []
    assert told(store, Head(4, five[3])) == [("decisions", 4, "head")]


@pytest.mark.parametrize(
    "statement",
    [
        "update decisions set content = '{}' where sequence = 2",
        "delete from decisions where sequence = 5",
        "delete from uses",
        "delete from chain_heads",
        "update chain_heads set entries = 4",
        "update chain_heads set entries = 6 where chain = 'decisions'",
        "update chain_heads set hash = 'x'",
        "insert into decisions (sequence, previous, hash, content) values (7, 'x', 'y', '{}')",
        "insert into decisions (sequence, previous, hash, content) values (6, 'x', 'y', '{}')",
    ],
)
def test_the_database_refuses(store: Store, five: list[str], tmp_path: Path, url: str | None, statement: str) -> None:
    if url is None:
        connection = sqlite3.connect(tmp_path / "decisions" / "decisions.sqlite")
        with pytest.raises(sqlite3.Error, match="append-only"):
            connection.execute(statement)
        connection.close()
    else:
        with pytest.raises(psycopg.Error, match="append-only"), psycopg.connect(url) as connection:
            connection.execute(statement.encode())
    assert told(store) == []
    assert store.head() == Head(5, five[4])


def test_sqlite_refuses_to_replace(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    store.decide(ask(), "checking", "核查", USER)
    with sqlite3.connect(tmp_path / "decisions" / "decisions.sqlite") as connection:
        columns = "sequence, previous, hash, content"
        replacing = f"insert or replace into decisions ({columns}) select 1, previous, hash, '{{}}' from decisions"
        with pytest.raises(sqlite3.Error, match="append-only"):
            connection.execute(replacing)
    assert told(store) == []


def test_postgresql_refuses_to_truncate(tmp_path: Path, postgresql_server: str) -> None:
    open_store(tmp_path, postgresql_server)
    for table in ("decisions", "uses", "chain_heads"):
        with pytest.raises(psycopg.Error, match="append-only"), psycopg.connect(postgresql_server) as connection:
            connection.execute(f"truncate {table}".encode())


# ---- many writers ------------------------------------------------------------------------------------------------

WRITERS, EACH = 4, 10


def _write(data: Path, url: str | None, writer: int) -> None:
    store = open_store(data, url)
    for number in range(EACH):
        store.decide(ask(1 + writer * EACH + number), "checking", f"{writer}", USER)


def test_many_processes_lose_and_fork_nothing(tmp_path: Path, url: str | None) -> None:
    """All begin on a store that is not there yet."""
    with SPAWN.Pool(WRITERS) as pool:
        pool.starmap(_write, [(tmp_path, url, writer) for writer in range(WRITERS)])
    store = open_store(tmp_path, url)
    taken = store.decisions()
    assert [one.sequence for one in taken] == list(range(1, WRITERS * EACH + 1))
    assert len({one.finding_id for one in taken}) == WRITERS * EACH
    for writer in range(WRITERS):  # of each writer, in the order in which it wrote
        ours = [one.finding_id for one in taken if one.reason == str(writer)]
        assert ours == sorted(ours)
        assert len(ours) == EACH
    assert len(store.uses()) == WRITERS * EACH
    assert told(store) == []


def _race(data: Path, url: str | None, writer: int) -> str | None:
    try:
        open_store(data, url).decide(Ask(finding(), "to_check", seen=0), "checking", f"{writer}", USER)
    except Stale:
        return None
    return str(writer)


def test_of_many_who_decide_on_one_finding_one_does(tmp_path: Path, url: str | None) -> None:
    with SPAWN.Pool(WRITERS) as pool:
        won = [one for one in pool.starmap(_race, [(tmp_path, url, writer) for writer in range(WRITERS)]) if one]
    store = open_store(tmp_path, url)
    assert [one.reason for one in store.decisions()] == won
    assert len(won) == 1
    assert len(store.uses(action="refusal")) == WRITERS - 1


# ---- writers that are killed, disks that are full ----------------------------------------------------------------

_APPEND = """
import sys
from pathlib import Path
from pipelines.decisions import open_store
from tests.decisions.conftest import ask
store = open_store(Path(sys.argv[1]), sys.argv[2] or None)
for number in range(int(sys.argv[3]), 10**9):
    store.decide_many([ask(2 * number), ask(2 * number + 1)], "checking", "核查", "killed@example.org")
    print(2 * number, flush=True)
"""


def test_a_writer_that_is_killed_leaves_whole_decisions(tmp_path: Path, url: str | None) -> None:
    open_store(tmp_path, url)
    said: list[int] = []
    for turn in range(4):
        arguments = [sys.executable, "-c", _APPEND, str(tmp_path), url or "", str(1 + turn * 10**6)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            said.append(int(writer.stdout.readline()))
            time.sleep(0.03 * turn)  # at another moment of its work each time; the outcome must not depend on it
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout if line.endswith("\n")]
    store = open_store(tmp_path, url)
    taken = {one.finding_id for one in store.decisions()}
    assert {f"S01-{number:016x}" for number in said} <= taken  # what was said to be written is written
    assert len(taken) % 2 == 0  # both of a batch or none
    assert {len([two for two in store.decisions() if two.batch == one.batch]) for one in store.decisions()[:20]} == {2}
    assert told(store) == []
    store.decide(ask(1), "checking", "核查", USER)


_FULL = """
import resource, signal, sys
from pathlib import Path
from pipelines.decisions import StoreProblem, open_store
from tests.decisions.conftest import ask
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = open_store(Path(sys.argv[1]))
store.decide(ask(1), "checking", "核查", "full@example.org")
size = (Path(sys.argv[1]) / "decisions" / "decisions.sqlite").stat().st_size
resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
try:
    store.decide_many([ask(number) for number in range(2, 2000)], "checking", "核" * 500, "full@example.org")
except StoreProblem as problem:
    print("refused:", problem)
"""


def test_a_disk_that_is_full_loses_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk: writing fails in the middle."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    ended = subprocess.run([sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "refused: the store of decisions cannot be used, nothing was written" in ended.stdout, ended.stderr
    store = open_store(tmp_path)
    assert [one.finding_id for one in store.decisions()] == ["S01-0000000000000001"]
    assert told(store) == []
    assert store.decide(ask(2), "checking", "核查", USER).sequence == 2


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "decisions").mkdir()
    (tmp_path / "decisions" / "decisions.sqlite").write_bytes(os.urandom(4096))
    with pytest.raises(StoreProblem, match="cannot be used"):
        open_store(tmp_path).decisions()
