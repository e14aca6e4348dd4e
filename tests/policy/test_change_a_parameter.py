"""A number changes from a day on, and a county sets its own: docs/change-a-parameter.md, done as it stands there."""

import datetime as dt
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.comparing import Difference, compare
from pipelines.demo.identifiers import id_check, uscc
from pipelines.paths import POLICY, PROJECT
from tests.policy.pages import Block, Session, blocks, put_rows, table, without_hashes
from tests.policy.texts import write_documents
from tests.rules.made_rows import visit
from tests.rules.oracle import judge
from tests.rules.oracle.common import load_policy

PAGE = blocks(PROJECT / "docs" / "change-a-parameter.md")
COPY, CHECK, RUNS = (block for block in PAGE if block.language == "console")


def named(name: str) -> Block:
    (found,) = (block for block in PAGE if block.name == name)
    return found


VISITS = table(named("visits").text)
EXPECTED = table(named("findings").text)
PROVIDERS = {name: uscc("91", "140502", number) for number, name in enumerate(("city", "dear", "county", "above"), 1)}
_FIRST_17 = "14050219400101001"
ELDER = _FIRST_17 + id_check(_FIRST_17)


def money(text: str) -> Decimal | None:
    return Decimal(text).quantize(Decimal("0.01")) if text else None


def by_month(column: str) -> dict[tuple[str, str], Decimal]:
    """By provider and month the sum of what its visits are over the cap, by the table of visits."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in VISITS:
        if row[column]:
            sums[row["provider"], row["day"][:7]] += Decimal(row[column])
    return dict(sums)


def _visit(row: dict[str, str]) -> str:
    begin = dt.datetime.fromisoformat(row["day"]) + dt.timedelta(hours=int(row["visit"][1:]))
    end = begin + dt.timedelta(hours=int(row["hours"]))
    who = f"{ELDER},{ELDER},{PROVIDERS[row['provider']]}"
    return (
        f"{row['visit']},购买服务,{row['division']},{who},助洁,{begin:%Y-%m-%d %H:%M},{end:%Y-%m-%d %H:%M},"
        f"{row['subsidy']},{row['subsidy']}"
    )


def _send(landing: Path) -> None:
    header = (
        "工单号,项目,区划代码,老年人身份证号,服务人员身份证号,统一社会信用代码,服务项目,"
        "开始时间,结束时间,服务金额,补贴金额"
    )
    landing.mkdir()
    text = "\n".join([header, *map(_visit, VISITS)])
    (landing / "visits_140500_20250630.csv").write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A folder with the files, and a copy of the policy with the rows of the page."""
    made = Session(tmp_path_factory.mktemp("parameter"))
    _send(made.folder / "landing")
    write_documents(made.folder / "documents")
    made.type_in(COPY)
    put_rows(made.folder / "trial", named("parameters"))
    return made


@pytest.fixture(scope="module")
def runs(session: Session) -> str:
    """What the runs and their comparison print."""
    return session.type_in(RUNS)


@pytest.fixture(scope="module")
def difference(session: Session, runs: str) -> Difference:
    """What differs between the two publications."""
    before, after = sorted(session.folder.glob("data/published/0*"))
    return compare(before, after)


def test_the_old_row_only_gets_its_last_day(session: Session) -> None:
    (ours, theirs) = (table((folder / "parameters.csv").read_text()) for folder in (POLICY, session.folder / "trial"))
    changed = [(one, other) for one, other in zip(ours, theirs, strict=False) if one != other]
    assert [(one["rule"], one["valid_to"], other["valid_to"]) for one, other in changed] == [("Q03", "", "2025-03-31")]
    assert len(theirs) == len(ours) + 2


def test_the_check_says_what_the_page_says(session: Session) -> None:
    assert session.type_in(CHECK) == CHECK.text


def test_the_runs_say_what_the_page_says(runs: str) -> None:
    assert runs == without_hashes(RUNS.text)


def test_findings_differ_as_worked_out_by_hand(difference: Difference) -> None:
    names = {code: name for name, code in PROVIDERS.items()}
    assert set(difference.findings["rule"]) == {"Q03"}
    found = {
        (names[row["subject"]], row["period"]): (row["change"], row["amount_before"], row["amount_after"])
        for row in difference.findings.iter_rows(named=True)
    }
    assert found == {
        (row["provider"], row["month"]): (row["change"], money(row["before"]), money(row["after"])) for row in EXPECTED
    }


def test_the_two_tables_of_the_page_agree() -> None:
    before, after = by_month("over_before"), by_month("over_after")
    differing = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert {
        (row["provider"], row["month"]): (money(row["before"]) or None, money(row["after"]) or None) for row in EXPECTED
    } == {key: (before.get(key), after.get(key)) for key in differing}


@pytest.mark.parametrize(("policy", "column"), [("seeds/policy", "over_before"), ("trial", "over_after")])
def test_the_second_reading_finds_the_same(session: Session, policy: str, column: str) -> None:
    rows = [
        visit(
            row["visit"],
            row["day"],
            60 * int(row["hours"]),
            provider_id=row["provider"],
            division_code=row["division"],
            subsidy_amount=Decimal(row["subsidy"]),
        )
        for row in VISITS
    ]
    judged = judge({"visits": rows}, dt.date(2025, 6, 30), dt.date(2025, 1, 1), load_policy(session.folder / policy))
    found = {(one.subject, one.period): one.amount for one in judged if (one.rule, one.result) == ("Q03", "FAIL")}
    assert found == by_month(column)
