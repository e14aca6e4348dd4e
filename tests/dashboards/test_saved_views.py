"""A user's own views: what is kept, what is refused, who sees them, and where they lead."""

import ast
import datetime as dt
import json
from importlib import import_module
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboards import decided
from dashboards.components import View, verbatim
from dashboards.identity import Identity
from dashboards.pages import PAGES, Page, make
from dashboards.queries import Reader, Scope, current
from dashboards.saved_views import Target, target
from dashboards.texts import Words
from pipelines.decisions import SavedView, open_store
from tests.dashboards.test_queries import HERE, THERE, tables

EVALUATOR = Identity("a@example.org", "甲", ("evaluator",), None, is_local=False)
PLANNER = Identity("b@example.org", "乙", ("planner",), None, is_local=False)
PUBLISHED = (
    "fund_usage",
    "complaint_counts",
    "area_compliance",
    "land_compliance",
    "provider_activity",
    "findings",
    "finding_places",
    "policy_rules",
)
NOBODY = Identity("c@example.org", "丙", ("no such role",), None, is_local=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "published" / "000002-20250630-abcabcabcabc"
    folder.mkdir(parents=True)
    for name in PUBLISHED:
        tables()[name].write_parquet(folder / f"{name}.parquet")
    (folder / "manifest.json").write_text(json.dumps({"run": folder.name, "as_of": "2025-06-30", "fingerprint": "f"}))
    (tmp_path / "published" / "current").write_text(folder.name)
    return tmp_path


def seen_by(data: Path, identity: Identity, scope: Scope | None = None) -> View:
    publication = current(data)
    assert publication
    pages = {"findings": make("findings", lambda: None, "疑点", "", False)}
    return View(Reader(publication, identity.places), scope or Scope(), Words("zh"), identity, data, pages)


def _section(view, page, filters) -> None:
    from dashboards import saved_views

    saved_views.section(view, page, filters)


def drawn(
    view: View, page: str = "findings", filters: tuple[str, ...] | None = ("rule", "kind"), **given: str
) -> AppTest:
    app = AppTest.from_function(_section, kwargs={"view": view, "page": page, "filters": filters}, default_timeout=60)
    for name, value in given.items():
        app.query_params[name] = value
    return app.run()


def save(app: AppTest, name: str) -> AppTest:
    app.text_input[0].input(name)
    next(button for button in app.button if button.label == "保存").click()
    return app.run()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button if button.key and button.key.startswith("view.open.")]


def test_what_is_shown_is_kept_as_its_address(data: Path) -> None:
    view = seen_by(data, EVALUATOR, Scope(HERE, 2025))
    app = save(drawn(view, rule="S10", kind="breach", lang="English", tracked="1"), "环翠 2025")
    assert [one.value for one in app.success] == [verbatim("已保存视图“环翠 2025”")]
    assert labels(app) == ["环翠 2025"]
    (kept,) = open_store(data).views(EVALUATOR.user)
    assert (kept.name, kept.page) == ("环翠 2025", "findings")
    assert target(view, kept) == Target(HERE, 2025, {"rule": "S10", "kind": "breach"})
    assert "tracked" not in kept.query
    assert "lang" not in kept.query


def test_a_view_of_everything_leads_away_from_a_place(data: Path) -> None:
    save(drawn(seen_by(data, EVALUATOR)), "全部")
    app = drawn(seen_by(data, EVALUATOR, Scope(HERE, 2025)))
    app.session_state["place"], app.session_state["year"] = HERE, 2025
    app.button(key="view.open.全部").click().run()
    assert (app.session_state["place"], app.session_state["year"]) == (None, None)
    assert app.session_state["view.opening"] == ("findings", {})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("", "1 至 80 字"),
        (" ", "1 至 80 字"),
        ("…！？", "1 至 80 字"),
        ("长" * 81, "1 至 80 字"),
        ("威海\u202e5202", "看不见的字符"),
        ("威\u200b海", "看不见的字符"),
        ("\x00", "看不见的字符"),
        ("王某 139 1234 5678", "身份证号或手机号"),
        ("11010519491231002X", "身份证号或手机号"),
    ],
)
def test_a_name_that_is_refused_says_why_and_nothing_is_kept(data: Path, name: str, words: str) -> None:
    app = save(drawn(seen_by(data, EVALUATOR)), name)
    assert len(app.error) == 1
    assert words in app.error[0].value
    assert open_store(data).views(EVALUATOR.user) == []


@pytest.mark.parametrize(
    "name",
    ["<script>alert(1)</script>", "![图](http://example.org/x.png)", ":red[红] **粗**", "'; drop table uses; --"],
)
def test_a_name_is_shown_as_it_was_typed(data: Path, name: str) -> None:
    app = save(drawn(seen_by(data, EVALUATOR)), name)
    (label,) = labels(app)
    assert label == verbatim(name)
    assert label.replace("\\", "") == name
    assert [one.name for one in open_store(data).views(EVALUATOR.user)] == [name]


def test_markup_is_shown_as_text() -> None:
    assert verbatim("a*b [c](d) 威海") == r"a\*b \[c\]\(d\) 威海"


def test_a_filter_that_names_a_person_is_not_kept(data: Path) -> None:
    app = save(drawn(seen_by(data, EVALUATOR), "method", ("text",), text="13912345678"), "查找")
    assert "身份证号或手机号" in app.error[0].value
    assert open_store(data).views(EVALUATOR.user) == []


def test_each_user_sees_and_removes_only_own_views(data: Path) -> None:
    save(drawn(seen_by(data, EVALUATOR)), "甲的")
    save(drawn(seen_by(data, PLANNER)), "乙的")
    app = drawn(seen_by(data, PLANNER))
    assert labels(app) == ["乙的"]
    decided.remove_view(data, PLANNER, "甲的")
    assert labels(drawn(seen_by(data, EVALUATOR))) == ["甲的"]
    app.button(key="view.remove.乙的").click().run()
    assert labels(app) == []
    assert [one.value for one in app.success] == [verbatim("已删除视图“乙的”")]
    assert [one.name for one in open_store(data).views(EVALUATOR.user)] == ["甲的"]


def test_who_may_not_save_views_finds_nothing_and_saves_nothing(data: Path) -> None:
    app = drawn(seen_by(data, NOBODY))
    assert len(app.main) == 0
    with pytest.raises(PermissionError):
        decided.save_view(data, NOBODY, "x", "findings", "", ())
    assert open_store(data).views(NOBODY.user) == []


def test_a_page_that_is_no_longer_the_users_is_not_opened(data: Path) -> None:
    save(drawn(seen_by(data, EVALUATOR), "funds", ("step",)), "资金")
    assert drawn(seen_by(data, EVALUATOR)).button(key="view.open.资金").disabled


def test_where_there_is_nothing_to_save_views_can_still_be_opened(data: Path) -> None:
    save(drawn(seen_by(data, EVALUATOR)), "甲的")
    app = drawn(seen_by(data, EVALUATOR), filters=None)
    assert labels(app) == ["甲的"]
    assert len(app.text_input) == 0


def test_a_store_that_cannot_be_used_is_told_and_the_page_goes_on(data: Path) -> None:
    (data / "decisions").mkdir()
    (data / "decisions" / "decisions.sqlite").write_text("no database")
    app = drawn(seen_by(data, EVALUATOR))
    assert not app.exception
    assert "决定库无法使用" in app.caption[0].value


def test_a_place_that_is_not_for_the_user_is_dropped(data: Path) -> None:
    saved = SavedView("x", "findings", f"place={THERE}&year=1066&rule=S10", dt.datetime.now(dt.UTC))
    district = Identity("d@example.org", "丁", ("evaluator",), (HERE,), is_local=False)
    assert target(seen_by(data, EVALUATOR), saved) == Target(THERE, None, {"rule": "S10"})
    assert target(seen_by(data, district), saved) == Target(None, None, {"rule": "S10"})


# ---- what of a page stands in its address --------------------------------------------------------------------------

# The function, and which of its arguments is the name.
_READERS = {"ways.asked": 0, "address.seed": 0, "st.query_params.get": 0, "ways.pick": 3, "ways.pills": 3}


def _read(page: Page) -> tuple[set[str], set[str]]:
    """The names under which a page's module reads its address, and all words in it but those of `FILTERS` itself."""
    module = import_module(f"dashboards.views.{page.name}")
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
    tree.body = [one for one in tree.body if not ast.unparse(one).startswith("FILTERS")]
    names, said = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            said.add(node.value)
        place = _READERS.get(ast.unparse(node.func), -1) if isinstance(node, ast.Call) else -1
        if isinstance(node, ast.Call) and 0 <= place < len(node.args) and isinstance(node.args[place], ast.Constant):
            names.add(ast.literal_eval(node.args[place]))
    return names, said


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_of_it_stands_in_the_address(page: Page) -> None:
    names, said = _read(page)
    assert names <= set(page.filters)
    assert set(page.filters) <= said
    assert len(set(page.filters)) == len(page.filters)
