"""Decisions in both engines: what is written, what is refused, and what stays as it was."""

import datetime as dt
import os
import stat
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.decisions import (
    Ask,
    Attachment,
    DecisionProblem,
    Finding,
    NotAllowed,
    NotWhole,
    Stale,
    Store,
    StoreProblem,
    all_states,
    initial_state,
    open_store,
    read_snapshot,
    steps_from,
)
from pipelines.decisions.chain import FIRST, Head
from pipelines.decisions.engines import Postgresql, Sqlite
from pipelines.decisions.entries import subject_kinds
from pipelines.decisions.states import steps, verdict_states
from tests.decisions.conftest import RUN, ask, finding

USER = "audit@example.org"


def said(problem: DecisionProblem) -> str:
    return f"{problem.zh} {problem.en}"


def test_the_engine_is_the_one_that_is_asked_for(store: Store, url: str | None) -> None:
    assert store.engine == ("sqlite" if url is None else "postgresql")


def test_a_decision_is_read_back_as_it_was_taken(store: Store, tmp_path: Path, url: str | None) -> None:
    paper = Attachment("核查记录.pdf", b"%PDF" + bytes(range(256)))
    taken = store.decide(ask(), "checking", " 已调取\r\n原始记录 ", USER, note="第二次", attachments=[paper])
    (read,) = open_store(tmp_path, url).history("S01-0000000000000001")
    assert read == taken
    assert (read.rule, read.jurisdiction, read.subject_kind, read.run) == ("S01", "jincheng", "worker", RUN)
    assert (read.from_state, read.state, read.user, read.batch) == ("to_check", "checking", USER, None)
    assert (read.reason, read.note) == ("已调取\n原始记录", "第二次")
    assert read.at.tzinfo is dt.UTC
    (kept,) = read.attachments
    assert (kept.name, kept.size) == ("核查记录.pdf", 260)
    assert store.attachment(kept.sha256) == paper.content


def test_a_finding_without_a_decision_is_to_be_checked(store: Store) -> None:
    assert store.state("S01-00000000000000ff") == (initial_state(), 0) == ("to_check", 0)
    store.decide(ask(2), "checking", "核查", USER)
    found = store.states(["S01-00000000000000ff", "S01-0000000000000002"])
    assert found["state"].to_list() == ["to_check", "checking"]
    assert found["sequence"].to_list() == [0, 1]
    assert store.states()["finding_id"].to_list() == ["S01-0000000000000002"]


def test_the_last_verdict_counts_through_rectification_and_reopening(store: Store) -> None:
    for state in ("checking", "upheld", "rectifying", "rectified", "checking"):
        store.decide(Ask(finding(), store.state("S01-0000000000000001")[0]), state, "依据材料", USER)
    upheld = store.history("S01-0000000000000001")[1]
    assert store.verdicts().rows() == [("S01-0000000000000001", "upheld", upheld.at.replace(tzinfo=None))]
    last = store.decide(ask(1, "checking"), "not_upheld", "补充证据", USER)
    assert store.verdicts().rows() == [("S01-0000000000000001", "not_upheld", last.at.replace(tzinfo=None))]
    assert store.verdicts().schema == pl.Schema(
        {"finding_id": pl.String, "verdict": pl.String, "decided_at": pl.Datetime("us")}
    )


@pytest.mark.parametrize("reason", ["", "  \n\t ", "\u200b\u00a0\u3000", "……！？", "\x00\u202e"])
def test_a_reason_is_needed(store: Store, reason: str) -> None:
    with pytest.raises(NotWhole, match="a reason is needed"):
        store.decide(ask(), "checking", reason, USER)
    assert store.decisions() == []


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "身份证１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002x",
        "电话13900001234。",
        "139-0000-1234",
        "110105491231002",
    ],
)
def test_the_number_of_a_person_is_not_kept(store: Store, text: str) -> None:
    for reason, note in ((text, ""), ("有据", text)):
        with pytest.raises(NotWhole, match="no person is named"):
            store.decide(ask(), "checking", reason, USER, note=note)
    with pytest.raises(NotWhole, match="rename it"):
        store.decide(ask(), "checking", "有据", USER, attachments=[Attachment(f"{text}.pdf", b"x")])
    assert store.decisions() == []


def test_other_numbers_are_kept(store: Store) -> None:
    text = "机构91140521110108735X，批次2025033100012，金额13,900.00元，疑点S01-0000000000000001"
    assert store.decide(ask(), "checking", text, USER).reason == text


def test_what_is_too_long_is_refused(store: Store) -> None:
    assert store.decide(ask(), "checking", "长" * 4000, USER).reason == "长" * 4000
    with pytest.raises(NotWhole, match="4000 at most"):
        store.decide(ask(1, "checking"), "upheld", "长" * 4001, USER)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"finding_id": "S01-1 or 1=1"}, "finding_id"),
        ({"rule": "S02", "subject_kind": "worker|date"}, "finding_id"),
        ({"subject_kind": "王小明"}, "subject_kind"),
        ({"jurisdiction": "晋城"}, "jurisdiction"),
        ({"run": "current"}, "run"),
    ],
)
def test_a_finding_is_named_by_codes_alone(store: Store, change: dict[str, str], named: str) -> None:
    with pytest.raises(NotWhole, match=named):
        store.decide(Ask(replace(finding(), **change), "to_check"), "checking", "核查", USER)


@pytest.mark.parametrize("user", ["", "  ", "a b@c", "a\nb", "x" * 321])
def test_a_user_is_needed(store: Store, user: str) -> None:
    with pytest.raises(NotWhole, match="a user is needed"):
        store.decide(ask(), "checking", "核查", user)


def test_who_decides_on_what_moved_meanwhile_is_told(store: Store) -> None:
    store.decide(ask(), "checking", "核查", "first@example.org")
    with pytest.raises(Stale) as stale:
        store.decide(ask(), "checking", "核查", "second@example.org")
    assert "first@example.org" in stale.value.zh
    assert "first@example.org made it checking at" in stale.value.en
    assert "核查中" in stale.value.say("zh")
    with pytest.raises(Stale, match="there is no decision on it"):
        store.decide(ask(9, "checking"), "upheld", "核查", USER)
    assert len(store.decisions()) == 1


def test_a_state_that_came_back_is_another_one_where_the_last_decision_was_named(store: Store) -> None:
    for before, after in (("to_check", "checking"), ("checking", "not_upheld"), ("not_upheld", "checking")):
        store.decide(ask(1, before), after, "核查", USER)
    with pytest.raises(Stale):
        store.decide(Ask(finding(), "checking", seen=1), "upheld", "核查", USER)
    assert store.decide(Ask(finding(), "checking", seen=3), "upheld", "核查", USER).sequence == 4


def test_many_are_decided_on_for_one_reason(store: Store) -> None:
    taken = store.decide_many([ask(number) for number in range(1, 41)], "checking", "同一批次", USER)
    assert len({one.batch for one in taken}) == 1
    assert taken[0].batch
    assert [one.sequence for one in store.decisions()] == list(range(1, 41))
    assert {one.reason for one in store.decisions()} == {"同一批次"}
    assert store.uses(action="decision")[0].filters == {"state": "checking", "findings": "40"}


def test_many_or_none(store: Store) -> None:
    store.decide(ask(7), "checking", "核查", USER)
    for asks in (
        [ask(1), ask(7), ask(2)],  # moved
        [ask(1), ask(2, "upheld")],  # no such step
        [ask(1), ask(1)],  # twice
        [],
        [ask(number) for number in range(5001)],
    ):
        with pytest.raises(DecisionProblem):
            store.decide_many(asks, "checking", "同一批次", USER)
    assert [one.finding_id for one in store.decisions()] == ["S01-0000000000000007"]
    assert store.verify() == []


def test_refusals_are_noted_without_the_words_of_the_user(store: Store) -> None:
    with pytest.raises(NotAllowed):
        store.decide(ask(), "upheld", "王小明", USER)
    (refused,) = store.uses(action="refusal")
    assert (refused.user, refused.target) == (USER, "S01-0000000000000001")
    assert refused.filters == {"state": "upheld", "why": "NotAllowed"}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(walk=st.lists(st.sampled_from([*all_states(), "closed", ""]), max_size=9), number=st.integers(1, 2**60))
def test_only_the_steps_of_the_seed_are_taken(store: Store, walk: list[str], number: int) -> None:
    """Whatever is asked for, a finding goes the steps of the seed and stays where it was otherwise."""
    state, sequence = store.state(f"S01-{number:016x}")
    verdict = None
    for wanted in walk:
        is_step = any((step.from_state, step.to_state) == (state, wanted) for step in steps())
        try:
            decision = store.decide(ask(number, state), wanted, "核查", USER)
        except NotAllowed:
            assert not is_step
        else:
            assert is_step
            state, sequence = wanted, decision.sequence
            verdict = wanted if wanted in verdict_states() else verdict
        assert store.state(f"S01-{number:016x}") == (state, sequence)
    if verdict:
        found = store.verdicts().filter(finding_id=f"S01-{number:016x}")
        assert found["verdict"].to_list() == [verdict]


def test_every_state_can_be_reached_and_left() -> None:
    reached, waiting = {initial_state()}, [initial_state()]
    while waiting:
        for step in steps_from(waiting.pop()):
            if step.to_state not in reached:
                reached.add(step.to_state)
                waiting.append(step.to_state)
    assert reached == set(all_states())
    assert all(steps_from(state) for state in all_states())


# ---- attachments -------------------------------------------------------------------------------------------------


def test_the_same_bytes_are_kept_once_and_for_their_owner_alone(store: Store, tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store.decide(ask(1), "checking", "核查", USER, attachments=[Attachment("a.pdf", b"same")])
        store.decide(ask(2), "checking", "核查", USER, attachments=[Attachment(r"C:\tmp\..\b.pdf", b"same")])
    finally:
        os.umask(old)
    folder = tmp_path / "decisions" / "attachments"
    (path,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.attachments[0].name for one in store.decisions()] == ["a.pdf", "b.pdf"]


def test_an_attachment_that_was_changed_is_not_given_out(store: Store, tmp_path: Path) -> None:
    taken = store.decide(ask(), "checking", "核查", USER, attachments=[Attachment("a.pdf", b"true")])
    digest = taken.attachments[0].sha256
    path = tmp_path / "decisions" / "attachments" / digest
    path.write_bytes(b"false")
    with pytest.raises(StoreProblem, match="was changed"):
        store.attachment(digest)
    store.decide(ask(2), "checking", "核查", USER, attachments=[Attachment("a.pdf", b"true")])
    assert store.attachment(digest) == b"true"
    path.unlink()
    with pytest.raises(StoreProblem, match="is not kept"):
        store.attachment(digest)
    with pytest.raises(StoreProblem, match="no hash"):
        store.attachment("../decisions.sqlite")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ([Attachment("a.pdf", b"")], "is empty"),
        ([Attachment("a.pdf", bytes(20_000_001))], "20,000,000 at most"),
        ([Attachment(f"{number}.pdf", b"x") for number in range(11)], "10 attachments at most"),
        ([Attachment("../", b"x")], "1 to 120 characters"),
        ([Attachment("长" * 121, b"x")], "1 to 120 characters"),
    ],
)
def test_an_attachment_that_cannot_be_kept(store: Store, given: list[Attachment], words: str) -> None:
    with pytest.raises(NotWhole, match=words):
        store.decide(ask(), "checking", "核查", USER, attachments=given)
    assert store.decisions() == []


# ---- the log of use and saved views ------------------------------------------------------------------------------


def test_the_log_keeps_ids_and_codes(store: Store) -> None:
    store.note_use(USER, "sign_in")
    store.note_use(USER, "view", "S01-0000000000000001", page="finding", run=RUN, filters={"place": "140500"})
    store.note_use("b@example.org", "export", "findings", page="findings")
    assert [use.action for use in store.uses()] == ["export", "view", "sign_in"]
    assert store.uses(user=USER, last=1)[0].filters == {"place": "140500"}
    for target, filters in (
        ("王 小明", {}),
        ("", {"q": "what they typed"}),
        ("11010519491231002X", {}),
        ("x" * 121, {}),
    ):
        with pytest.raises(NotWhole, match="ids and codes only"):
            store.note_use(USER, "view", target, filters=filters)
    assert len(store.uses()) == 3


def test_the_log_is_asked_by_user_action_and_day(tmp_path: Path, url: str | None) -> None:
    hours = iter([23, 24, 0, 23])
    start = dt.datetime(2025, 6, 29, tzinfo=dt.UTC)
    engine = Postgresql(url) if url else Sqlite(tmp_path / "s.sqlite")
    store = Store(engine, tmp_path, lambda: start + dt.timedelta(hours=next(hours)))
    for user, action in ((USER, "sign_in"), ("b@example.org", "sign_in"), (USER, "export"), (USER, "export")):
        store.note_use(user, action)
    first, second = dt.date(2025, 6, 29), dt.date(2025, 6, 30)
    assert [use.sequence for use in store.uses(until=first)] == [4, 3, 1]
    assert [use.sequence for use in store.uses(since=second)] == [2]
    assert store.uses(USER, "export", since=second) == []
    assert store.count_uses(USER) == {"sign_in": 1, "export": 2}
    assert store.count_uses(since=second, until=second) == {"sign_in": 1}
    assert store.users() == [USER, "b@example.org"]


@pytest.mark.parametrize("finding_id", ["S13-912345678abcdef0", "S01-a13912345678bcde"])
def test_an_id_that_looks_like_a_telephone_is_none(store: Store, finding_id: str) -> None:
    """Half a percent of the findings of a rule such as S13 have an id like that."""
    store.note_use(USER, "view", finding_id)
    store.save_view(USER, "书签", "finding", f"id={finding_id}", {"id"})
    finding = Finding(finding_id, finding_id[:3], "jincheng", subject_kinds()[finding_id[:3]], RUN)
    store.decide(Ask(finding, "to_check"), "checking", f"与 {finding_id} 一并核查", USER)
    assert [use.target for use in store.uses()] == [finding_id, finding_id]


def test_views_belong_to_their_user(store: Store) -> None:
    known = {"place", "year", "rule"}
    store.save_view(USER, "晋城 2025", "findings", "?place=%E6%99%8B%E5%9F%8E&year=2025", known)
    store.save_view(USER, "晋城 2025", "findings", "place=晋城&year=2024", known)
    store.save_view("b@example.org", "mine", "funds", "", known)
    (view,) = store.views(USER)
    assert (view.name, view.page, view.query) == ("晋城 2025", "findings", "place=%E6%99%8B%E5%9F%8E&year=2024")
    refused = [
        ("x", "findings", "secret=1"),
        (" ", "findings", ""),
        ("…！", "findings", ""),
        ("x", "../x", ""),
        ("x" * 81, "funds", ""),
        ("威海\u202e5202", "funds", ""),
        ("威\u200b海", "funds", ""),
        ("一\n二", "funds", ""),
        ("王某 13912345678", "funds", ""),
        ("x", "findings", "rule=11010519491231002X"),
        ("x", "findings", f"rule={'长' * 400}"),
    ]
    for name, page, query in refused:
        with pytest.raises(NotWhole):
            store.save_view(USER, name, page, query, known)
    store.remove_view("b@example.org", "晋城 2025")
    assert len(store.views(USER)) == 1
    store.remove_view(USER, "晋城 2025")
    assert store.views(USER) == []


# ---- what a run takes --------------------------------------------------------------------------------------------


def test_a_run_makes_no_store(tmp_path: Path) -> None:
    snapshot = read_snapshot(tmp_path)
    assert (snapshot.head, snapshot.verdicts.height) == (Head(0, FIRST), 0)
    assert list(tmp_path.iterdir()) == []


def test_a_snapshot_is_left_for_a_later_step(store: Store, tmp_path: Path) -> None:
    store.decide(ask(), "checking", "核查", USER)
    store.decide(ask(1, "checking"), "data_error", "单位填报错误", USER)
    snapshot = store.snapshot()
    assert snapshot.head == store.head()
    snapshot.write(tmp_path)
    read = snapshot.read(tmp_path)
    assert read.head == snapshot.head
    assert read.verdicts.equals(snapshot.verdicts)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        store = open_store(tmp_path)
        store.decide(ask(), "checking", "核查", USER)
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "decisions").stat().st_mode) == 0o700
    files = list((tmp_path / "decisions").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert [path.name for path in files] == ["decisions.sqlite"]


def test_a_server_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(StoreProblem) as problem:
        open_store(tmp_path, f"postgresql://u:hunter2@/none?host={tmp_path}")
    assert "hunter2" not in said(problem.value)


def test_times_keep_their_microseconds(tmp_path: Path) -> None:
    at = dt.datetime(2025, 6, 30, 8, 0, 0, 1234, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    store = Store(Sqlite(tmp_path / "decisions.sqlite"), tmp_path, clock=lambda: at)
    store.decide(ask(), "checking", "核查", USER)
    assert store.states()["decided_at"].to_list() == [dt.datetime(2025, 6, 30, 0, 0, 0, 1234)]
