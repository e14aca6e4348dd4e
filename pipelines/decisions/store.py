"""The store: append decisions, read them back, keep the log of use and saved views, and say whether the chains are whole."""

import datetime as dt
import os
import re
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import polars as pl

from pipelines.app_limits import app_limit
from pipelines.decisions import attachments as files
from pipelines.decisions.attachments import Attachment
from pipelines.decisions.chain import Entry, Fault, Head, first_fault, links
from pipelines.decisions.engines import Engine, Execute, Postgresql, Sqlite
from pipelines.decisions.entries import (
    Action,
    Ask,
    Decision,
    Finding,
    Use,
    check_finding,
    check_user,
    decision_content,
    decision_texts,
    is_user,
    moment,
    read_decision,
    read_use,
    subject_kinds,
    use_content,
    utc,
)
from pipelines.decisions.problems import DecisionProblem, NotWhole, Stale, StoreProblem
from pipelines.decisions.schema import CHAINS
from pipelines.decisions.snapshot import Snapshot, moments, verdict_frame
from pipelines.decisions.states import all_states, initial_state, require_step, verdict_states
from pipelines.decisions.texts import clean, names_a_person, view_name

URL_VARIABLE = "OVERSIGHT_DECISIONS_URL"
_COLUMNS = "sequence, previous, hash, content"
_LATEST = """
    from decisions as decided
    inner join (select finding_id, max(sequence) as sequence from decisions {where} group by finding_id) as latest
        on decided.sequence = latest.sequence
"""
_ROWS_AT_ONCE = 10_000


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _of_uses(
    user: str | None, action: Action | None, since: dt.date | None, until: dt.date | None
) -> tuple[str, list[Any]]:
    """The condition on the log, and its values."""
    asked = {
        '"user" = ?': user,
        "action = ?": action,
        "substr(at, 1, 10) >= ?": since and since.isoformat(),
        "substr(at, 1, 10) <= ?": until and until.isoformat(),
    }
    conditions = {condition: value for condition, value in asked.items() if value is not None}
    return (f" where {' and '.join(conditions)}" if conditions else ""), list(conditions.values())


@dataclass(frozen=True)
class SavedView:
    """A page with its filters, under a name that the user gave it."""

    name: str
    page: str
    query: str
    saved_at: dt.datetime


@dataclass(frozen=True)
class _Now:
    """Where a finding stands: its state, and the last decision if there is one."""

    state: str
    sequence: int = 0
    user: str = ""
    at: str = ""


class Store:
    """Decisions on findings, the log of use, and saved views."""

    def __init__(self, engine: Engine, home: Path, clock: Callable[[], dt.datetime] = _now) -> None:
        self._engine, self._home, self._clock = engine, home, clock

    @property
    def engine(self) -> str:
        """Which engine holds the tables: sqlite or postgresql."""
        return self._engine.name

    # ---- chains ---------------------------------------------------------------------------------------------------

    def _head(self, execute: Execute, chain: str, *, holds: bool = False) -> Head:
        lock = self._engine.for_update if holds else ""
        rows = execute(f"select entries, hash from chain_heads where chain = ?{lock}", (chain,))
        if not rows:
            raise StoreProblem(f"缺少 {chain} 的链头", f"the head of {chain} is missing: the store was tampered with")
        return Head(*rows[0])

    @staticmethod
    def _append(execute: Execute, chain: str, head: Head, said: Iterable[dict[str, Any]]) -> list[Entry]:
        added = list(links(chain, head, said))
        for entry in added:
            execute(
                f"insert into {chain} ({_COLUMNS}) values (?, ?, ?, ?)",
                (entry.sequence, entry.previous, entry.hash, entry.content),
            )
        return added

    @staticmethod
    def _entries(execute: Execute, chain: str) -> Iterator[Entry]:
        """All entries in their order, some thousands at a time."""
        last = None
        while True:
            after = ("", ()) if last is None else (" where sequence > ?", (last,))
            rows = execute(
                f"select {_COLUMNS} from {chain}{after[0]} order by sequence limit {_ROWS_AT_ONCE}", after[1]
            )
            yield from (Entry(*row) for row in rows)
            if len(rows) < _ROWS_AT_ONCE:
                return
            last = rows[-1][0]

    def entries(self, chain: str) -> list[Entry]:
        """A chain as it is stored, entry by entry."""
        with self._engine.transaction(writes=False) as execute:
            return list(self._entries(execute, chain))

    def head(self, chain: str = "decisions") -> Head:
        """Where a chain ends at this moment; it changes with every entry, so that a cache may go by it."""
        with self._engine.transaction(writes=False) as execute:
            return self._head(execute, chain)

    def verify(self, noted: Iterable[Head] = ()) -> list[Fault]:
        """The first entry of each chain that is wrong, missing or moved; nothing where both are whole.

        `noted`: heads of the chain of decisions that were written down elsewhere, as in the manifests of publications. Only
        they can tell that the end of the chain was cut off together with its head.
        """
        found = []
        with self._engine.transaction(writes=False) as execute:
            for chain in CHAINS:
                heads = [self._head(execute, chain), *(noted if chain == "decisions" else ())]
                fault = first_fault(chain, self._entries(execute, chain), heads)
                found += [fault] if fault else []
        return found

    # ---- decisions ------------------------------------------------------------------------------------------------

    @staticmethod
    def _now_of(execute: Execute, finding_id: str) -> _Now:
        rows = execute(
            'select state, sequence, "user", at from decisions where finding_id = ? order by sequence desc limit 1',
            (finding_id,),
        )
        return _Now(*rows[0]) if rows else _Now(initial_state())

    @staticmethod
    def _require_unmoved(ask: Ask, now: _Now) -> None:
        if now.state == ask.from_state and ask.seen in {None, now.sequence}:
            return
        seen, state = all_states().get(ask.from_state), all_states()[now.state]
        finding, at = ask.finding.finding_id, now.at[:16].replace("T", " ")
        if not now.sequence:
            zh, en = "尚无决定", "there is no decision on it"
        else:
            zh = f"{now.user} 已于 {at}（UTC）改为“{state.name_zh}”"
            en = f"{now.user} made it {now.state} at {at} UTC"
        raise Stale(
            f"{finding} 不再是您看到的“{seen.name_zh if seen else ask.from_state}”：{zh}。请刷新后再决定",
            f"{finding} is no longer {ask.from_state} as you saw it: {en}; look again, then decide",
        )

    def decide_many(
        self,
        asks: Sequence[Ask],
        state: str,
        reason: str,
        user: str,
        note: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> list[Decision]:
        """Decide on several findings for one reason: all of them, with a common batch, or none.

        Raises `NotWhole`, `NotAllowed`, `Stale` or `StoreProblem`; then nothing was decided, and the log says that it was
        refused.
        """
        try:
            return self._decide(asks, state, reason, user, note, attachments)
        except StoreProblem:
            raise
        except DecisionProblem as problem:
            if is_user(user):
                target = asks[0].finding.finding_id if len(asks) == 1 else f"{len(asks)}"
                self._note_refusal(user, target, state, type(problem).__name__)
            raise

    def _note_refusal(self, user: str, target: str, state: str, why: str) -> None:
        known = state if state in all_states() else "unknown"
        if re.fullmatch(r"[A-Z]\d\d-[0-9a-f]{16}|\d+", target) is None:
            target = "unknown"
        self.note_use(user, "refusal", target, filters={"state": known, "why": why})

    def _decide(
        self,
        asks: Sequence[Ask],
        state: str,
        reason: str,
        user: str,
        note: str,
        attachments: Sequence[Attachment],
    ) -> list[Decision]:
        day = self._clock().date().isoformat()
        texts = decision_texts(reason, note, day)
        check_user(user)
        most = int(app_limit("bulk_findings", day))
        if not 1 <= len(asks) <= most:
            raise NotWhole(f"一次须选 1 至 {most} 条疑点", f"1 to {most} findings are decided on at once")
        if len({ask.finding.finding_id for ask in asks}) < len(asks):
            raise NotWhole("同一疑点选了两次", "a finding is named twice")
        for ask in asks:
            check_finding(ask.finding)
            require_step(ask.from_state, state)
        files.check(attachments, day)
        kept = tuple(files.keep(self._home / "attachments", one) for one in attachments)
        batch = uuid.uuid4().hex if len(asks) > 1 else None
        with self._engine.transaction(writes=True) as execute:
            head = self._head(execute, "decisions", holds=True)
            for ask in asks:
                self._require_unmoved(ask, self._now_of(execute, ask.finding.finding_id))
            at = utc(self._clock())
            said = [decision_content(ask, state, texts, user, at, kept, batch) for ask in asks]
            added = self._append(execute, "decisions", head, said)
            target = asks[0].finding.finding_id if batch is None else batch
            use = use_content(
                user, "decision", at, target, "", asks[0].finding.run, {"state": state, "findings": str(len(asks))}
            )
            self._append(execute, "uses", self._head(execute, "uses", holds=True), [use])
        return [read_decision(entry) for entry in added]

    def decide(
        self,
        ask: Ask,
        state: str,
        reason: str,
        user: str,
        note: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> Decision:
        """Decide on one finding; see `decide_many`."""
        return self.decide_many([ask], state, reason, user, note, attachments)[0]

    def history(self, finding_id: str) -> list[Decision]:
        """All decisions on a finding, the oldest first."""
        with self._engine.transaction(writes=False) as execute:
            rows = execute(f"select {_COLUMNS} from decisions where finding_id = ? order by sequence", (finding_id,))
        return [read_decision(Entry(*row)) for row in rows]

    def decisions(self) -> list[Decision]:
        """All decisions, the oldest first."""
        with self._engine.transaction(writes=False) as execute:
            return [read_decision(entry) for entry in self._entries(execute, "decisions")]

    def state(self, finding_id: str) -> tuple[str, int]:
        """The state of a finding, and the number of the decision that left it there (0: none yet)."""
        with self._engine.transaction(writes=False) as execute:
            now = self._now_of(execute, finding_id)
        return now.state, now.sequence

    def states(self, finding_ids: Collection[str] | None = None) -> pl.DataFrame:
        """Where findings stand: finding_id, state, sequence, decided_at, user. All that have a decision; or those that are
        named, with the first state and no decision where there is none."""
        schema = {
            "finding_id": pl.String,
            "state": pl.String,
            "sequence": pl.Int64,
            "decided_at": pl.String,
            "user": pl.String,
        }
        with self._engine.transaction(writes=False) as execute:
            rows = execute(f'select decided.finding_id, state, decided.sequence, at, "user"{_LATEST.format(where="")}')
        frame = pl.DataFrame(rows, schema=schema, orient="row").with_columns(moments("decided_at")).sort("finding_id")
        if finding_ids is None:
            return frame
        asked = pl.DataFrame({"finding_id": list(finding_ids)}, schema={"finding_id": pl.String})
        return asked.join(frame, on="finding_id", how="left", maintain_order="left").with_columns(
            pl.col("state").fill_null(initial_state()), pl.col("sequence").fill_null(0)
        )

    @staticmethod
    def _verdicts(execute: Execute) -> pl.DataFrame:
        codes = sorted(verdict_states())
        where = f"where state in ({', '.join('?' for _ in codes)})"
        rows = execute(f"select decided.finding_id, state, at{_LATEST.format(where=where)}", codes)
        return verdict_frame(rows)

    def verdicts(self) -> pl.DataFrame:
        """The last verdict on each finding that has one: finding_id, verdict, decided_at (UTC)."""
        with self._engine.transaction(writes=False) as execute:
            return self._verdicts(execute)

    def snapshot(self) -> Snapshot:
        """Verdicts, and the head of the chain at the same moment: what a run is made with. Raises `StoreProblem` where the
        chain is not whole."""
        with self._engine.transaction(writes=False) as execute:
            head = self._head(execute, "decisions")
            fault = first_fault("decisions", self._entries(execute, "decisions"), [head])
            if fault:
                raise StoreProblem(f"决定库已不完整：{fault.message_zh}", f"the chain of decisions: {fault.message_en}")
            return Snapshot(head, self._verdicts(execute))

    def attachment(self, sha256: str) -> bytes:
        """The bytes of an attachment. Raises `StoreProblem` where they are lost or changed."""
        return files.read(self._home / "attachments", sha256)

    # ---- the log of use -------------------------------------------------------------------------------------------

    def note_use(
        self,
        user: str,
        action: Action,
        target: str = "",
        page: str = "",
        run: str = "",
        filters: dict[str, str] | None = None,
    ) -> None:
        """Write down what somebody saw or did: ids and codes only. Raises `NotWhole` or `StoreProblem`."""
        said = use_content(user, action, utc(self._clock()), target, page, run, filters or {})
        with self._engine.transaction(writes=True) as execute:
            self._append(execute, "uses", self._head(execute, "uses", holds=True), [said])

    def uses(
        self,
        user: str | None = None,
        action: Action | None = None,
        last: int | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> list[Use]:
        """The log, the newest first, of the days (in UTC) from `since` to `until`; for administrators only, which is the
        caller's to see to."""
        where, values = _of_uses(user, action, since, until)
        limit = "" if last is None else " limit ?"
        values += [] if last is None else [last]
        with self._engine.transaction(writes=False) as execute:
            rows = execute(f"select {_COLUMNS} from uses{where} order by sequence desc{limit}", values)
        return [read_use(Entry(*row)) for row in rows]

    def count_uses(
        self, user: str | None = None, since: dt.date | None = None, until: dt.date | None = None
    ) -> dict[str, int]:
        """How often each action stands in the log; as `uses`."""
        where, values = _of_uses(user, None, since, until)
        with self._engine.transaction(writes=False) as execute:
            return dict(execute(f"select action, count(*) from uses{where} group by action", values))

    def users(self) -> list[str]:
        """Who is in the log; as `uses`."""
        with self._engine.transaction(writes=False) as execute:
            return sorted(user for (user,) in execute('select distinct "user" from uses'))

    # ---- saved views ----------------------------------------------------------------------------------------------

    def save_view(self, user: str, name: str, page: str, query: str, known: Collection[str]) -> SavedView:
        """Keep a page with its filters under a name; a view of that name is replaced. `known`: the keys that the page
        has. Raises `NotWhole`."""
        title = view_name(name)
        if not re.fullmatch(r"[a-z_]{1,40}", page):
            raise NotWhole(f"没有页面 {page}", f"there is no page {page}")
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=False)
        unknown = sorted({key for key, _ in pairs} - set(known))
        if unknown:
            raise NotWhole(f"未知的筛选项：{'、'.join(unknown)}", f"unknown filters: {', '.join(unknown)}")
        if any(names_a_person(value) for _, value in pairs):
            raise NotWhole(
                "筛选项中有身份证号或手机号，不予保存",
                "a filter holds the number of an identity card or a telephone; such a view is not kept",
            )
        kept = urlencode([(key, clean(value)) for key, value in pairs])
        if len(kept) > 2000:
            raise NotWhole("筛选项过多", "the filters are too many to be kept")
        saved = SavedView(title, page, kept, self._clock().astimezone(dt.UTC))
        with self._engine.transaction(writes=True) as execute:
            execute(
                'insert into saved_views ("user", name, page, query, saved_at) values (?, ?, ?, ?, ?)'
                ' on conflict ("user", name) do update set page = excluded.page, query = excluded.query,'
                " saved_at = excluded.saved_at",
                (check_user(user), title, page, kept, utc(saved.saved_at)),
            )
        return saved

    def views(self, user: str) -> list[SavedView]:
        """The views that a user saved, by name; nobody else's."""
        with self._engine.transaction(writes=False) as execute:
            rows = execute('select name, page, query, saved_at from saved_views where "user" = ?', (user,))
        return sorted(
            (SavedView(name, page, query, moment(at)) for name, page, query, at in rows), key=lambda view: view.name
        )

    def remove_view(self, user: str, name: str) -> None:
        """Forget a view; nothing happens where the user has none of this name."""
        with self._engine.transaction(writes=True) as execute:
            execute('delete from saved_views where "user" = ? and name = ?', (user, name))


def _home(data: Path) -> Path:
    return data / "decisions"


def open_store(data: Path, url: str | None = None) -> Store:
    """The store of a data folder, made where there is none: a SQLite file in it, or the PostgreSQL database that `url` or
    OVERSIGHT_DECISIONS_URL names. Attachments lie in the data folder either way. Raises `StoreProblem`."""
    address = url or os.environ.get(URL_VARIABLE)
    return Store(Postgresql(address) if address else Sqlite(_home(data) / "decisions.sqlite"), _home(data))


def read_snapshot(data: Path) -> Snapshot:
    """What a run is made with; where there is no store yet, none is made and nothing is decided."""
    if not os.environ.get(URL_VARIABLE) and not (_home(data) / "decisions.sqlite").exists():
        return Snapshot.nothing()
    return open_store(data).snapshot()


def decided_finding(row: dict[str, Any], run: str) -> Finding:
    """The finding of a row of `findings.parquet`, as it is decided on."""
    return Finding(row["finding_id"], row["rule"], row["jurisdiction"], subject_kinds()[row["rule"]], run)
