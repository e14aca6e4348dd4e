"""The log of use as a page: who may read it, what it shows, and whether the chains are whole."""

import datetime as dt
import json
import sqlite3
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import decided
from dashboards.components import View
from dashboards.decided import Wanted
from dashboards.identity import Identity, local_identity
from dashboards.pages import pages_of
from dashboards.queries import Reader, Scope, current
from dashboards.queries import log as asked
from dashboards.roles import roles
from dashboards.texts import Language, Words
from dashboards.views.log import a_day, as_shown
from pipelines.decisions import Ask, Finding, Stale, Store, Use, open_store
from pipelines.decisions.engines import Sqlite
from pipelines.decisions.entries import subject_kinds

RUN = "000002-20250630-abcabcabcabc"
ADMINISTRATOR = Identity("admin@example.org", "管理员", ("administrator",), None, is_local=False)
DISTRICT = Identity("district@example.org", "区", ("administrator", "evaluator"), ("371002",), is_local=False)
AUDITOR, PLANNER = "audit@example.org", "plan@example.org"
FINDING = Finding("A01-0000000000000001", "A01", "weihai", subject_kinds()["A01"], RUN)
KEY = "c1" * 12


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A publication, and a log of three days."""
    open_store(tmp_path)
    clock = [dt.datetime(2025, 6, 1, 8, tzinfo=dt.UTC)]
    home = tmp_path / "decisions"
    store = Store(Sqlite(home / "decisions.sqlite"), home, lambda: clock[0])
    store.note_use(AUDITOR, "sign_in", run=RUN)
    store.note_use(AUDITOR, "view", FINDING.finding_id, run=RUN)
    clock[0] += dt.timedelta(days=1)
    store.note_use(AUDITOR, "export", f"rows|{KEY}", run=RUN, filters={"place": "371002", "year": "2025"})
    store.decide(Ask(FINDING, "to_check"), "checking", "核查", AUDITOR)
    with pytest.raises(Stale):
        store.decide(Ask(FINDING, "to_check"), "checking", "核查", PLANNER)
    clock[0] += dt.timedelta(days=1)
    store.note_use(PLANNER, "sign_in", run=RUN)
    folder = tmp_path / "published" / RUN
    folder.mkdir(parents=True)
    head = store.head()
    manifest = {"run": RUN, "as_of": "2025-06-30", "fingerprint": "f", "decisions": {"count": 1, "hash": head.hash}}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "published" / "current").write_text(RUN)
    return tmp_path


def seen_by(data: Path, identity: Identity, language: Language = "zh") -> View:
    publication = current(data)
    assert publication
    return View(Reader(publication, identity.places), Scope(), Words(language), identity, data)


def _page(view) -> None:
    from dashboards.views import log

    log.show(view)


def drawn(view: View, **given: str) -> AppTest:
    app = AppTest.from_function(_page, kwargs={"view": view}, default_timeout=60)
    for name, value in given.items():
        app.query_params[name] = value
    return app.run()


def counts(app: AppTest) -> list[str]:
    return [metric.value for metric in app.metric]


# ---- who may read it -----------------------------------------------------------------------------------------------


def test_only_administrators_have_the_page() -> None:
    for role in roles():
        names = {page.name for page in pages_of(Identity("u", "u", (role,), None, is_local=False))}
        assert ("log" in names) == (role == "administrator")
    assert "log" in {page.name for page in pages_of(local_identity())}


@pytest.mark.parametrize(
    "identity",
    [DISTRICT, *(Identity("u@x", "u", (role,), None, is_local=False) for role in ("evaluator", "planner"))],
    ids=lambda one: one.roles[-1],
)
def test_whom_the_log_is_not_for_reads_none_of_it(data: Path, identity: Identity) -> None:
    app = drawn(seen_by(data, identity))
    assert len(app.info) == 1
    assert len(app.dataframe) == len(app.metric) == len(app.download_button) == len(app.selectbox) == 0
    for read in (
        lambda: decided.uses(data, identity, Wanted(), 10),
        lambda: decided.count_uses(data, identity, Wanted()),
        lambda: decided.log_users(data, identity),
        lambda: decided.check_chains(data, identity, []),
    ):
        with pytest.raises(PermissionError):
            read()


def test_an_administrator_takes_home_the_log_and_nothing_else(data: Path) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR))
    assert [button.key for button in app.download_button] == ["export_log"]


# ---- what it shows -------------------------------------------------------------------------------------------------


def test_the_log_says_who_did_what_and_when(data: Path) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR))
    assert counts(app) == ["2", "1", "1", "1", "1"]
    rows = app.dataframe[0].value
    assert list(rows["序号"]) == [6, 5, 4, 3, 2, 1]
    assert list(rows["操作"]) == ["进入系统", "决定未被接受", "决定", "导出", "查看疑点", "进入系统"]
    assert list(rows["时间（UTC）"])[3] == "2025-06-02 08:00:00"
    assert list(rows["对象"])[2:5] == [FINDING.finding_id, "rows|c1c1c1c1…", FINDING.finding_id]
    assert list(rows["详情"])[1:4] == [
        "核查状态：核查中、原因：他人已先作出决定",
        "疑点：1、核查状态：核查中",
        "地区：威海市环翠区 371002、年度：2025",
    ]
    assert KEY not in rows.to_csv()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"user": PLANNER}, [6, 5]),
        ({"action": "sign_in"}, [6, 1]),
        ({"from": "2025-06-02"}, [6, 5, 4, 3]),
        ({"to": "2025-06-02"}, [5, 4, 3, 2, 1]),
        ({"from": "2025-06-02", "to": "2025-06-02", "user": AUDITOR, "action": "export"}, [3]),
        ({"user": "' or 1=1", "action": "burn", "from": "yesterday", "to": "99999-01-01"}, [6, 5, 4, 3, 2, 1]),
    ],
)
def test_filters_stand_in_the_address_and_what_is_illegal_is_dropped(
    data: Path, given: dict[str, str], wanted: list[int]
) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR), **given)
    assert list(app.dataframe[0].value["序号"]) == wanted


def test_an_empty_answer_offers_a_way_back(data: Path) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR), **{"from": "2025-07-01"})
    assert app.info[0].value == "没有符合条件的记录。"
    app.button(key="reset").click().run()
    assert len(app.dataframe[0].value) == 6


@pytest.mark.parametrize("text", ["2025-6-1", "20250601", "2025-W23-1", "1066-01-01", "", "2025-06-31"])
def test_a_day_is_written_in_one_way(text: str) -> None:
    assert a_day(text) is None
    assert a_day("2025-06-01") == dt.date(2025, 6, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_not_known_is_shown_as_it_stands(language: Language) -> None:
    use = Use(1, AUDITOR, "refusal", "unknown", "", "", {"state": "unknown", "why": "New"}, dt.datetime.now(dt.UTC))
    (detail,) = as_shown(Words(language), [use])[Words(language)("log_detail")]
    assert "unknown" in detail
    assert "New" in detail


# ---- is it whole? --------------------------------------------------------------------------------------------------


def change(data: Path, statement: str) -> None:
    """What somebody could do who owns the database."""
    with sqlite3.connect(data / "decisions" / "decisions.sqlite") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f"drop trigger {name}")
        connection.execute(statement)


def test_whole_chains_are_said_to_be_whole(data: Path) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR))
    assert [one.value for one in app.error] == []
    assert [one.value.split("，末条")[0] for one in app.success] == ["决定：完整，共 1 条", "使用记录：完整，共 6 条"]


def test_a_changed_entry_is_named_when_it_is_asked_again(data: Path) -> None:
    app = drawn(seen_by(data, ADMINISTRATOR))
    change(data, "update uses set content = replace(content, 'audit@', 'other@') where sequence = 3")
    app.button(key="chains_again").click().run()
    assert [one.value for one in app.error] == ["使用记录：不完整。第 3 条记录与其哈希不符：内容被改动"]
    assert len(app.success) == 1


def test_decisions_that_were_cut_off_are_told_by_what_publications_noted(data: Path) -> None:
    change(data, "delete from decisions")
    change(data, "update chain_heads set entries = 0, hash = printf('%064d', 0) where chain = 'decisions'")
    app = drawn(seen_by(data, ADMINISTRATOR, "en"))
    assert [one.value for one in app.error] == ["Decisions: not whole. entry 1 is missing"]


def test_what_publications_noted_is_for_who_sees_all_places(data: Path) -> None:
    publication = current(data)
    assert publication
    assert [head.count for head in asked.noted_heads(Reader(publication))] == [1]
    assert asked.noted_heads(Reader(publication, ("371002",))) == []


# ---- visits --------------------------------------------------------------------------------------------------------


def _visit(data, identity, run) -> None:
    from dashboards import decided

    decided.note_visit(data, identity, run)


def test_a_visit_is_noted_once_and_a_broken_store_stops_no_page(data: Path) -> None:
    app = AppTest.from_function(_visit, args=(data, ADMINISTRATOR, RUN), default_timeout=60).run().run()
    assert not app.exception
    assert len(open_store(data).uses(ADMINISTRATOR.user, "sign_in")) == 1
    for path in (data / "decisions").glob("decisions.sqlite*"):
        path.write_text("no database")
    again = AppTest.from_function(_visit, args=(data, ADMINISTRATOR, RUN), default_timeout=60).run()
    assert not again.exception
