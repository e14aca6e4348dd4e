"""Who sees what, in a real browser: the app as `oversight serve` starts it, with sign-in, and a user of each kind.

What the browser is sent is looked at, not only what it draws: everything that came through the socket, and the workbooks.
"""

import csv
import http.client
import io
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine as calamine
import yaml
from oidc_provider_mock import User
from playwright.sync_api import Browser, BrowserContext, Page, WebSocket, expect

from dashboards.pages import PAGES
from dashboards.places import labelled
from dashboards.texts import Words
from pipelines.decisions import Use, open_store
from pipelines.paths import POLICY
from pipelines.publishing import current
from tests.browser.conftest import free_port, wait_for
from tests.browser.signing_in import sign_in, sign_in_configured
from tests.browser.watching import settled

DISTRICT = "371002"
ELSEWHERE = "140502"
USERS: dict[str, tuple[list[str], str | list[str]]] = {
    "evaluator": (["evaluator"], "all"),
    "auditor": (["finance_auditor"], "all"),
    "planner": (["planner"], "all"),
    "administrator": (["administrator"], "all"),
    "district": (["evaluator"], [DISTRICT]),
}
STRANGER = "stranger"
WORDS = Words("zh")
UNKNOWN = "no_such_page"
FINDING_ID = re.compile(rb"[A-Z]\d\d-[0-9a-f]{16}")
RUN_OF_LETTERS = re.compile(rb"[\w-]{8,}")
WHOLE_KEY = re.compile(r"(?=([0-9a-f]{24}))")
SHORT_KEY = re.compile("([0-9a-f]{8})…".encode())


class Visitor:
    """A browser of one user, and all that the app sent to it."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.frames: list[bytes] = []

    def page(self) -> Page:
        page = self.context.new_page()
        page.on("websocket", self._listen)
        return page

    def _listen(self, socket: WebSocket) -> None:
        def keep(payload: bytes | str) -> None:
            self.frames.append(payload if isinstance(payload, bytes) else payload.encode())

        socket.on("framereceived", keep)

    def open(self, place: str) -> Page:
        """An address of the app, opened anew."""
        page = self.page()
        page.goto(f"{self.address}/{place}")
        settled(page)
        return page

    def told(self, ids: Iterable[str]) -> set[str]:
        """Which of some ids came through the socket. In a table that is sent, one text follows the other without a gap."""
        wanted: dict[int, set[bytes]] = {}
        for one in ids:
            wanted.setdefault(len(one), set()).add(one.encode())
        runs = {run for frame in self.frames for run in RUN_OF_LETTERS.findall(frame)}
        found: set[bytes] = set()
        for length, same in wanted.items():
            window = re.compile(rb"(?=(.{%d}))" % length)
            for run in runs:
                found |= same.intersection(window.findall(run))
        return {one.decode() for one in found}

    def told_in_short(self) -> set[str]:
        """The beginnings of keys that are shown in place of whole keys."""
        return {one.decode() for frame in self.frames for one in SHORT_KEY.findall(frame)}


class Oversight:
    """The app with sign-in on a published demo, its users, and what is true in the publication."""

    def __init__(self, data: Path, address: str, port: int, secret_places: list[Path], browser: Browser) -> None:
        self.data, self.address, self.port, self.secret_places = data, address, port, secret_places
        self._browser, self._visitors = browser, dict[str, Visitor]()

    def visitor(self, name: str) -> Visitor:
        """The browser of a user, signed in once."""
        if name not in self._visitors:
            made = self.nobody()
            page = made.page()
            sign_in(page, self.address, name)
            expect(page.get_by_role("button", name="退出")).to_be_visible(timeout=60_000)
            settled(page)
            page.close()
            self._visitors[name] = made
        return self._visitors[name]

    def nobody(self) -> Visitor:
        """A browser in which nobody has signed in."""
        context = self._browser.new_context(viewport={"width": 1366, "height": 768})
        return Visitor(context, self.address)

    def table(self, name: str) -> pl.DataFrame:
        publication = current(self.data)
        assert publication
        return pl.read_parquet(publication.folder / f"{name}.parquet")

    def findings(self, place: str = "") -> pl.DataFrame:
        """The findings of which every counted row lies in a place."""
        inside = self.table("finding_places").with_columns(pl.col("division_code").str.starts_with(place))
        own = inside.group_by("finding_id").agg(pl.col("division_code").all()).filter("division_code")
        return self.table("findings").filter(pl.col("finding_id").is_in(own["finding_id"].implode()))

    def on_persons(self) -> pl.Expr:
        """Whether the subject of a finding is the key of a person."""
        rules = pl.read_csv(POLICY / "rules.csv", infer_schema=False)
        kept = rules.filter(pl.col("subject").str.contains("worker|elder|payee"))
        return pl.col("rule").is_in(kept["rule"].implode())

    def keys_of_persons(self) -> set[str]:
        """All keys of persons that the warehouse knows."""
        keys: set[str] = set()
        for path in (self.data / "raw").rglob("part-*.parquet"):
            frame = pl.read_parquet(path)
            for column in frame.select(pl.col(pl.String)).iter_columns():
                texts = column.drop_nulls().unique()
                keys |= set(texts.filter(texts.str.contains("^[0-9a-f]{24}$")))
        return keys

    def of_other_places(self) -> set[str]:
        """Ids of whatever does not lie in the district."""
        foreign = set(self.table("findings")["finding_id"]) - set(self.findings(DISTRICT)["finding_id"])
        for table, column in (
            ("area_compliance", "residential_area_id"),
            ("provider_activity", "provider_id"),
            ("settlement_batches", "batch_id"),
            ("trace_facilities", "facility_id"),
            ("trace_complaints", "complaint_id"),
            ("trace_payments", "payment_id"),
        ):
            elsewhere = self.table(table).filter(~pl.col("division_code").str.starts_with(DISTRICT))
            foreign |= set(elsewhere[column])
        return foreign


@pytest.fixture(scope="module")
def oversight(published: Path, tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Oversight]:
    home = tmp_path_factory.mktemp("roles")
    data, users, runtime = home / "data", home / "users.yml", home / "runtime"
    runtime.mkdir()
    # Of its own: what others decide on the same publication is not looked at here.
    shutil.copytree(published, data, ignore=shutil.ignore_patterns("decisions", "simulations"))
    listed = {
        f"{name}@example.org": {"name": name, "roles": roles, "places": places}
        for name, (roles, places) in USERS.items()
    }
    users.write_text(yaml.safe_dump({"users": listed}), encoding="utf-8")
    claims = [User(sub=name, claims={"email": f"{name}@example.org"}) for name in (*USERS, STRANGER)]
    port = free_port()
    address = f"http://localhost:{port}"
    with sign_in_configured(address, claims, users, runtime) as environment:
        arguments = ["-m", "pipelines.cli", "serve", "--data", str(data), "--port", str(port)]
        process = subprocess.Popen([sys.executable, *arguments], env=environment)
        try:
            wait_for(address)
            secrets = next(runtime.rglob("secrets.toml"))
            yield Oversight(data, address, port, [users, secrets], browser)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


# ---- what is said of pages ---------------------------------------------------------------------------------------


def given(roles: list[str]) -> set[str]:
    """The pages that the table of policy gives to roles."""
    with (POLICY / "role_pages.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"] for row in csv.DictReader(file) if row["kind"] == "page" and row["role"] in roles}


def every_page() -> set[str]:
    return given([role for roles, _ in USERS.values() for role in roles]) | {page.name for page in PAGES}


def navigation(page: Page) -> list[str]:
    """The words of the navigation; before each stands the name of its icon."""
    return [text.split("\n")[-1] for text in page.locator("[data-testid=stSidebarNav] a").all_inner_texts()]


def words_of(page: Page) -> str:
    """All that a page says, with its frame and its title."""
    return f"{page.title()}\n{page.locator('[data-testid=stApp]').inner_text()}"


FIGURES = "[data-testid=stMetric], [data-testid=stDataFrame], [data-testid=stTable], [data-testid=stPlotlyChart]"


def exported(page: Page, button: int = 0) -> list[list[Any]]:
    """All cells of a workbook that the page hands out: first what it says of itself, then its rows."""
    with page.expect_download(timeout=60_000) as waiting:
        page.get_by_role("button", name="导出 xlsx").nth(button).click()
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(Path(waiting.value.path()).read_bytes()))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


def ids_of_findings(rows: list[list[Any]]) -> set[str]:
    return {cell for row in rows for cell in row if isinstance(cell, str) and FINDING_ID.fullmatch(cell.encode())}


def cells_handed_out(page: Page) -> set[str]:
    """What stands in the workbooks that a page offers."""
    buttons = page.get_by_role("button", name="导出 xlsx")
    shown = [place for place in range(buttons.count()) if buttons.nth(place).is_visible()]
    return {str(cell) for place in shown for row in exported(page, place) for cell in row}


def walk(visitor: Visitor) -> Iterator[Page]:
    """Through all pages of the navigation, as a user goes."""
    page = visitor.open("")
    for link in page.locator("[data-testid=stSidebarNav] a").all():
        link.click()
        name = str(link.get_attribute("href")).rpartition("/")[2].partition("?")[0]
        expect(page.locator("h1").first).to_have_text(WORDS(f"{name}_question"), timeout=30_000)
        settled(page)
        assert "无法显示" not in page.locator("[data-testid=stMain]").inner_text(), name
        yield page
    page.close()


# ---- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(USERS))
def test_the_navigation_has_the_pages_of_the_role_and_every_other_is_as_unknown(
    oversight: Oversight, name: str
) -> None:
    roles, _ = USERS[name]
    visitor = oversight.visitor(name)
    unknown = visitor.open(UNKNOWN)
    expect(unknown.locator("h1")).to_have_text("没有此页")
    said = words_of(unknown)
    wanted = [page for page in PAGES if page.name in given(roles)]
    assert navigation(unknown) == [WORDS(f"page_{page.name}") for page in wanted if not page.by_link]
    unknown.close()
    heard = len(visitor.frames)
    # All at once: each says little, and waits for the server most of the time.
    forbidden = {place: visitor.page() for place in sorted(every_page() - {page.name for page in wanted})}
    for place, page in forbidden.items():
        page.goto(f"{oversight.address}/{place}", wait_until="commit")
    for place, page in forbidden.items():
        expect(page.get_by_role("link", name=WORDS("go_home"))).to_be_visible()  # the last that is drawn
        assert words_of(page) == said, place
        assert page.locator(FIGURES).count() == 0, place
        page.close()
    assert [found for frame in visitor.frames[heard:] for found in FINDING_ID.findall(frame)] == []


def test_nobody_signed_in_sees_the_button_to_sign_in_alone(oversight: Oversight) -> None:
    visitor = oversight.nobody()
    for place in ("", "funds", f"finding?id={oversight.findings()['finding_id'][0]}", UNKNOWN):
        page = visitor.open(place)
        buttons = page.locator("[data-testid=stMain] button").all_inner_texts()
        assert [button.split("\n")[-1] for button in buttons] == ["中文", "English", "登录"], place
        shown = "[data-testid=stSidebar], [data-testid=stSelectbox], [data-testid=stTextInput]"
        assert page.locator(f"{shown}, {FIGURES}").count() == 0, place
        page.close()
    no_word_of_the_data(oversight, visitor)
    visitor.context.close()


def test_a_link_that_somebody_followed_is_not_lost_by_signing_in(oversight: Oversight) -> None:
    finding_id = oversight.findings()["finding_id"][0]
    page = oversight.nobody().page()
    sign_in(page, f"{oversight.address}/finding?id={finding_id}", "evaluator")
    expect(page).to_have_url(re.compile(rf"/finding\?(.*&)?id={finding_id}"), timeout=60_000)
    settled(page)
    expect(page.get_by_text(finding_id).first).to_be_visible()
    # Once: whoever goes to the app's own address afterwards lands where everybody lands.
    page.goto(oversight.address)
    settled(page)
    expect(page).not_to_have_url(re.compile("finding"))
    page.context.close()


def test_who_is_not_listed_sees_that_nothing_is_given(oversight: Oversight) -> None:
    visitor = oversight.visitor(STRANGER)
    said = set()
    for place in ("", "overview", f"finding?id={oversight.findings()['finding_id'][0]}", UNKNOWN):
        page = visitor.open(place)
        expect(page.get_by_text("尚未授权")).to_be_visible()
        assert page.locator(FIGURES).count() == 0
        assert page.locator("[data-testid=stSidebar], [data-testid=stSelectbox]").count() == 0
        said.add(words_of(page))
        page.close()
    assert len(said) == 1
    no_word_of_the_data(oversight, visitor)


def no_word_of_the_data(oversight: Oversight, visitor: Visitor) -> None:
    """Neither a finding nor a place nor the publication itself came through the socket."""
    publication = current(oversight.data)
    assert publication
    sent = b"".join(visitor.frames)
    assert sent
    names = (publication.folder.name, labelled(DISTRICT), labelled(ELSEWHERE), str(oversight.data))
    assert [name for name in names if name.encode() in sent] == []
    assert FINDING_ID.findall(sent) == []


# ---- places ------------------------------------------------------------------------------------------------------


def test_who_has_one_district_is_sent_nothing_of_another(oversight: Oversight) -> None:
    own, foreign = set(oversight.findings(DISTRICT)["finding_id"]), oversight.of_other_places()
    assert own
    assert foreign
    visitor = oversight.visitor("district")
    handed_out = {cell for page in walk(visitor) for cell in cells_handed_out(page)}
    assert visitor.told(own)
    assert visitor.told(foreign) == set()
    assert own <= handed_out
    assert handed_out & foreign == set()
    # The same eyes find what is sent to who may see it.
    other = oversight.visitor("evaluator")
    other.open("findings").close()
    assert other.told(foreign)


def test_the_counts_of_a_district_are_of_its_rows(oversight: Oversight) -> None:
    found = oversight.findings(DISTRICT)
    page = oversight.visitor("district").open("findings")
    expect(page.get_by_text(f"疑点 {found.height} 条，")).to_be_visible()
    assert ids_of_findings(exported(page, page.get_by_role("button", name="导出 xlsx").count() - 1)) == set(
        found["finding_id"]
    )
    page.goto(f"{oversight.address}/overview")
    settled(page)
    figures = page.locator("[data-testid=stMetric]").all_inner_texts()
    inside = pl.col("division_code").str.starts_with(DISTRICT)
    upheld = oversight.table("complaint_counts").filter(inside).select(pl.col("upheld") + pl.col("partly_upheld"))
    short = oversight.table("area_compliance").filter(inside, pl.col("state") == "FAIL")
    for label, count in (
        ("待核查疑点（条）", found.height),
        ("属实投诉（件）", upheld.to_series().sum()),
        ("养老用房不足的小区（个）", short.height),
    ):
        (told,) = [figure for figure in figures if label in figure]
        assert re.search(rf"^{count:,}$", told, re.MULTILINE), told
    page.close()


@pytest.mark.parametrize("name", ["district", "evaluator"])
def test_another_place_in_the_address_is_dropped_where_it_may_not_be_seen(oversight: Oversight, name: str) -> None:
    page = oversight.visitor(name).open(f"findings?place={labelled(ELSEWHERE)}")
    place = page.get_by_role("combobox", name="地区")
    if name == "evaluator":
        expect(place).to_have_value(labelled(ELSEWHERE))
    else:
        expect(place).to_have_value("")
        expect(page.get_by_text(f"疑点 {oversight.findings(DISTRICT).height} 条，")).to_be_visible()
        place.click()
        options = page.get_by_role("option")
        expect(options.first).to_be_visible()
        assert {option.rpartition(" ")[2][:6] for option in options.all_inner_texts()} == {DISTRICT}
    page.close()


def test_what_lies_elsewhere_is_as_unknown_as_what_never_was(oversight: Oversight) -> None:
    visitor = oversight.visitor("district")

    def elsewhere(table: str, column: str) -> str:
        lies = oversight.table(table).filter(pl.col("division_code").str.starts_with(ELSEWHERE))
        return lies[column][0]

    for place, there, never in (
        ("finding?id=", oversight.findings(ELSEWHERE)["finding_id"][0], "S01-0000000000000000"),
        ("facilities?area=", elsewhere("area_compliance", "residential_area_id"), "XQ000000-0000"),
        ("funds?batch=", elsewhere("settlement_batches", "batch_id"), "JS000000-202501-000"),
        ("scorecards?provider=", elsewhere("provider_activity", "provider_id"), "910000000000000000"),
    ):
        said = []
        for wanted in (there, never):
            page = visitor.open(f"{place}{wanted}")
            said.append(words_of(page))
            page.close()
        assert said[0] == said[1], place


# ---- keys of persons, and findings -------------------------------------------------------------------------------


def test_no_key_of_a_person_reaches_a_planner(oversight: Oversight) -> None:
    keys, found = oversight.keys_of_persons(), oversight.findings()
    assert keys
    visitor = oversight.visitor("planner")
    handed_out = {cell for page in walk(visitor) for cell in cells_handed_out(page)}
    # Of a finding on payments the rows behind name payees.
    row = found.filter(pl.col("rule") == "F07").row(0, named=True)
    page = visitor.open(f"finding?id={row['finding_id']}")
    expect(page.get_by_role("heading", name="证据（")).to_be_visible()
    handed_out |= cells_handed_out(page)
    page.close()
    on_a_person = found.filter(oversight.on_persons())["finding_id"]
    said = []
    for wanted in (on_a_person[0], "S01-0000000000000000"):
        page = visitor.open(f"finding?id={wanted}")
        said.append(words_of(page))
        page.close()
    assert said[0] == said[1]
    assert visitor.told(keys) == set()
    assert visitor.told_in_short() & {key[:8] for key in keys} == set()
    assert visitor.told(on_a_person) == set()
    assert row["finding_id"] in handed_out
    assert [cell for cell in handed_out if keys.intersection(WHOLE_KEY.findall(cell))] == []
    # The same eyes find the keys that an evaluator is sent.
    other = oversight.visitor("evaluator")
    for wanted in (row["finding_id"], on_a_person[0]):
        other.open(f"finding?id={wanted}").close()
    assert other.told(keys)
    assert other.told_in_short() & {key[:8] for key in keys}


def test_an_administrator_is_sent_no_finding(oversight: Oversight) -> None:
    visitor = oversight.visitor("administrator")
    every = oversight.findings()["finding_id"]
    for page in walk(visitor):
        if not page.url.endswith("/log"):  # which names what was opened and decided on
            assert page.get_by_role("button", name="导出 xlsx").count() == 0
            assert visitor.told(every) == set(), page.url
    page = visitor.open("overview")
    said = page.locator("[data-testid=stMain]").inner_text()
    for words in ("待核查", "疑点", "投诉", "资金"):
        assert words not in said, words
    assert page.locator("[data-testid=stMetric]").count() == 0
    page.close()


# ---- the log, and files ------------------------------------------------------------------------------------------


def test_the_log_knows_who_signed_in_saw_exported_and_decided(oversight: Oversight) -> None:
    publication = current(oversight.data)
    assert publication
    run = publication.folder.name
    finding_id = oversight.findings(DISTRICT)["finding_id"][0]
    for name in (*USERS, STRANGER):
        oversight.visitor(name)
    page = oversight.visitor("district").open(f"finding?id={finding_id}")
    exported(page)
    page.get_by_role("textbox", name="理由").fill("已调取原始记录")
    page.get_by_role("button", name="作出决定").click()
    expect(page.get_by_text("已记录：核查中")).to_be_visible()
    page.close()
    store = open_store(oversight.data)
    (decision,) = store.history(finding_id)
    assert (decision.user, decision.state) == ("district@example.org", "checking")

    def uses(name: str) -> list[Use]:
        return store.uses(f"{name}@example.org")

    for name in USERS:
        assert {use.run for use in uses(name) if use.action == "sign_in"} == {run}, name
    assert {(use.action, use.target) for use in uses(STRANGER)} == {("refusal", "sign_in")}
    done = {(use.action, use.target, use.run) for use in uses("district")}
    assert {("view", finding_id, run), ("export", finding_id, run), ("decision", finding_id, run)} <= done
    assert all(set(use.filters) <= {"place", "year", "state", "findings", "why", "action"} for use in store.uses())


def guesses(path: Path) -> Iterator[str]:
    """Addresses under which somebody may look for a file."""
    whole, up = path.as_posix(), "../" * 12
    for mount in ("", "media/", "static/", "app/static/", "component/x/", "_stcore/bidi-components/x/"):
        yield f"/{mount}{path.name}"
        yield f"/{mount}{'/'.join(path.parts[-3:])}"
        yield f"/{mount}{up}{whole[1:]}"
        yield f"/{mount}{up.replace('../', '..%2f')}{whole[1:]}"
        yield f"/{mount}{up.replace('../', '%2e%2e/')}{whole[1:]}"
        yield f"/{mount}/{whole}"


def test_no_file_of_the_data_folder_is_served(oversight: Oversight) -> None:
    publication = current(oversight.data)
    assert publication
    vault = oversight.data / "vault"
    files = [
        publication.folder / "findings.parquet",
        publication.folder / "evidence_rows.parquet",
        oversight.data / "published" / "current",
        next(path for path in sorted((vault / "files").rglob("*")) if path.is_file()),
        next(path for path in sorted((vault / "people").rglob("*.parquet"))),
        *oversight.secret_places,
    ]
    cookies = oversight.visitor("evaluator").context.cookies()
    cookie = "; ".join(f"{one.get('name')}={one.get('value')}" for one in cookies)
    shell = fetched(oversight.port, "/", cookie)[1]
    assert b"<title>" in shell
    for path in files:
        assert path.stat().st_size
        for address in guesses(path):
            status, body = fetched(oversight.port, address, cookie)
            assert status >= 300 or body == shell, address
            assert path.read_bytes().strip() not in body, address


def fetched(port: int, address: str, cookie: str) -> tuple[int, bytes]:
    """What an address gives, as it is written: a browser would take `..` out before it asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", address, headers={"Host": f"localhost:{port}", "Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
