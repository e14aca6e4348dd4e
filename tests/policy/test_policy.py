"""`oversight policy check`: the seeds are whole, and each kind of defect in a copy of them is told."""

import csv
import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import cli, paths
from pipelines.paths import DOCUMENTS, POLICY
from pipelines.policy import Policy, Problem, Row, load
from pipelines.policy.cells import cells
from pipelines.policy.checking import CHECKS
from pipelines.policy.proofs import cases, pages, quotations
from pipelines.policy.references import applicability, citations, consequences, exemptions, states
from pipelines.policy.scoring import scoring
from pipelines.policy.windows import brackets, gaps, overlaps
from pipelines.policy.words import words

Rows = list[dict[str, str]]
Edit = Callable[[Rows], object]
Check = Callable[[Policy], Iterator[Problem]]


@pytest.fixture
def seeds(tmp_path: Path) -> Path:
    return shutil.copytree(POLICY, tmp_path / "seeds")


def edit(seeds: Path, table: str, change: Edit) -> None:
    path = seeds / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), list(reader.fieldnames or ())
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def told(check: Check, seeds: Path) -> list[Problem]:
    return list(check(load(seeds)))


def row_of(rows: Rows, **cells: str) -> dict[str, str]:
    (found,) = (row for row in rows if all(row[column] == value for column, value in cells.items()))
    return found


def add(**cells: str) -> Edit:
    return lambda rows: rows.append(dict.fromkeys(rows[0] if rows else cells, "") | cells)


def set_cells(where: dict[str, str], **cells: str) -> Edit:
    return lambda rows: row_of(rows, **where).update(cells)


def remove(**where: str) -> Edit:
    return lambda rows: rows.remove(row_of(rows, **where))


def copy_of(where: dict[str, str], **cells: str) -> Edit:
    return lambda rows: rows.append(row_of(rows, **where) | cells)


REGISTER = DOCUMENTS.parent / "requirements.csv"
HOURS = {"rule": "Q01", "name": "max_hours"}
REFUND = {"consequence": "weihai.a61.refund"}
TEKUN = {"requirement": "jincheng.s2_2.tekun"}


@pytest.mark.parametrize("check", [cells, *CHECKS], ids=lambda check: check.__name__)
def test_the_seeds_are_whole(check: Check) -> None:
    assert told(check, POLICY) == []


@pytest.mark.skipif(not DOCUMENTS.is_dir(), reason="the policy documents lie beside the project; they are not here")
def test_every_quotation_stands_in_its_document() -> None:
    assert list(quotations(load(POLICY), DOCUMENTS)) == []


@pytest.mark.skipif(not REGISTER.is_file(), reason="the register of requirements is not beside the project")
def test_requirements_of_the_register_are_taken_as_they_are() -> None:
    with REGISTER.open(encoding="utf-8", newline="") as file:
        register = list(csv.DictReader(file))
    ours = {row["requirement"]: row.cells for row in load(POLICY)["requirements"]}
    assert [row for row in register if ours.get(row["requirement"]) != row] == []


def test_no_rule_place_or_requirement_got_lost() -> None:
    policy = load(POLICY)
    places = policy.places()
    assert len(places) >= 71
    assert sum(map(len, places.values())) >= 170
    assert len(policy["requirements"]) >= 221


@pytest.mark.parametrize(
    ("check", "table", "change", "words"),
    [
        (consequences, "consequences", set_cells(REFUND, rules="S01|A03"), "'A03' does not apply in weihai"),
        (consequences, "consequences", set_cells(REFUND, factor="0"), "a share of the amount is above 0"),
        (consequences, "consequences", set_cells(REFUND, valid_from="2017-01-17"), "in force from 2017-01-18 on"),
        (citations, "consequences", set_cells(REFUND, requirement="weihai.a99"), "is no requirement"),
        (
            citations,
            "consequences",
            set_cells(REFUND, requirement="wuhai.a18.earmarked_use"),
            "cite one of weihai",
        ),
        (overlaps, "consequences", copy_of(REFUND, valid_from="2020-01-15"), "already has a row for this day"),
        (words, "rule_suggestions", remove(rule="S01"), "no row in rule_suggestions.csv"),
        (words, "consequences", set_cells(REFUND, text_en=""), "the text is empty"),
        (cells, "parameters", set_cells(HOURS, value="four"), "'four' cannot be read; write a number"),
        (cells, "parameters", set_cells(HOURS, valid_from="2023-02-29"), "write a day"),
        (cells, "parameter_brackets", lambda rows: rows[0].update(is_low_inclusive="yes"), "true or false"),
        (overlaps, "parameters", copy_of(HOURS, valid_from="2024-01-01"), "already has a row for this day"),
        (overlaps, "parameters", set_cells(HOURS, valid_to="2022-12-31"), "ends before it begins"),
        (overlaps, "parameter_sets", lambda rows: rows.append(rows[0]), "already has a row for this day"),
        (overlaps, "eligibility", lambda rows: rows.append(rows[0]), "already has a row for this day"),
        (
            overlaps,
            "exemptions",
            lambda rows: rows.extend(
                {
                    "rule": "A01",
                    "jurisdiction": "weihai",
                    "subject": "X1",
                    "valid_from": f"2025-0{month}-01",
                    "valid_to": "",
                }
                for month in (1, 2)
            ),
            "A01 weihai X1 already has a row",
        ),
        (
            gaps,
            "parameters",
            set_cells(HOURS, valid_to="2025-06-30"),
            "no max_hours in jincheng from 2025-07-01 on",
        ),
        (
            gaps,
            "parameters",
            set_cells(HOURS, valid_from="2023-02-01"),
            "no max_hours in jincheng from 2023-01-01 to 2023-01-31",
        ),
        (
            gaps,
            "parameters",
            remove(rule="P07", jurisdiction="wuhai", name="max_days"),
            "P07 has no max_days in wuhai",
        ),
        (
            gaps,
            "parameter_sets",
            remove(rule="S02", jurisdiction="weihai", name="excluded_items"),
            "S02 has no excluded_items in weihai",
        ),
        (
            gaps,
            "intended_gaps",
            remove(rule="eligibility"),
            "eligibility has no income in nangang from 2009-01-01 on",
        ),
        (gaps, "intended_gaps", remove(rule="S15", jurisdiction="wuhai"), "no dishonest_credit_status in wuhai"),
        (gaps, "eligibility_residence", remove(jurisdiction="weihai"), "eligibility has no residence in weihai"),
        (
            gaps,
            "eligibility",
            lambda rows: rows.__setitem__(slice(None), [row for row in rows if row["jurisdiction"] != "wuhai"]),
            "eligibility has no any condition in wuhai",
        ),
        (brackets, "parameter_brackets", set_cells({"low": "75"}, low="74"), "share numbers"),
        (brackets, "parameter_brackets", set_cells({"low": "75"}, low="76"), "numbers without a class"),
        (brackets, "parameter_brackets", set_cells({"low": "15000"}, is_low_inclusive="true"), "share numbers"),
        (brackets, "parameter_brackets", set_cells({"low": "15000"}, low="16000"), "numbers without a class"),
        (
            citations,
            "rule_requirements",
            lambda rows: rows[0].update(requirement="weihai.a99.none"),
            "no requirement",
        ),
        (citations, "rule_requirements", lambda rows: rows[0].update(jurisdiction="wuhai"), "cite one of wuhai"),
        (citations, "rule_requirements", lambda rows: rows[0].update(rule="A99"), "A99 is no rule"),
        (citations, "parameters", lambda rows: rows[0].update(jurisdiction="atlantis"), "atlantis is no place"),
        (
            citations,
            "parameters",
            set_cells(HOURS, requirement="weihai.a04.lottery_share"),
            "stands in a document of weihai",
        ),
        (citations, "eligibility", lambda rows: rows[0].update(requirement=""), "is no requirement"),
        (applicability, "parameters", copy_of(HOURS, jurisdiction="wuhai"), "Q01 does not apply in wuhai"),
        (applicability, "parameters", remove(rule="F05", name="min_share"), "no min_share for weihai"),
        (applicability, "parameters", set_cells(HOURS, valid_from="2022-12-31"), "begins before the document"),
        (applicability, "parameters", copy_of(HOURS, division="370000"), "370000 does not lie in jincheng"),
        (applicability, "rule_requirements", remove(rule="A03"), "A03 applies nowhere"),
        (exemptions, "exemptions", add(rule="A99", jurisdiction="weihai"), "A99 is no rule"),
        (exemptions, "exemptions", add(rule="A01", jurisdiction="wuhai"), "A01 does not apply in wuhai"),
        (exemptions, "exemptions", add(rule="A01", jurisdiction="weihai", subject="X"), "needs this cell"),
        (states, "requirement_states", remove(**TEKUN), "jincheng.s2_2.tekun has 0 states"),
        (states, "requirement_states", lambda rows: rows.append(rows[0]), "has 2 states"),
        (states, "requirement_states", set_cells(TEKUN, requirement="jincheng.s9.none"), "is no requirement"),
        (states, "requirement_states", set_cells(TEKUN, state="rule"), "the state is rule"),
        (states, "requirement_states", set_cells(TEKUN, rules="E01"), "E07 rests on it"),
        (states, "requirement_states", set_cells(TEKUN, rules="E01|E07|E99"), "E99 is no rule"),
        (
            states,
            "requirement_states",
            set_cells({"requirement": "jincheng.s2_3.uptake"}, rules="E07|Q01"),
            "no row cites it for Q01",
        ),
        (
            states,
            "requirement_states",
            set_cells({"requirement": "jincheng.s2_2.dibao"}, rules=""),
            "name the rule",
        ),
        (
            states,
            "requirement_states",
            set_cells({"requirement": "jincheng.s4_2.price_list"}, data_needed_en=""),
            "which data would make it computable",
        ),
        (
            scoring,
            "scoring_domains",
            set_cells({"domain": "quality"}, weight="29"),
            "weights of wuhai sum to 99 on 2017-01-18",
        ),
        (
            scoring,
            "scoring_measures",
            copy_of({"measure": "trained_workers"}, jurisdiction="weihai", weight="30", valid_from="2025-01-01"),
            "weights of staffing weihai sum to 110 on 2025-01-01",
        ),
        (
            scoring,
            "scoring_measures",
            set_cells({"measure": "rostered_visits"}, domain="staff"),
            "staff is no domain",
        ),
        (
            scoring,
            "scoring_measures",
            set_cells({"measure": "rostered_visits"}, floor="1.0"),
            "the same; part them",
        ),
        (
            scoring,
            "scoring_settings",
            set_cells({"setting": "total_z"}, valid_to="2025-12-31"),
            "total_z is not set from 2026-01-01 on",
        ),
        (scoring, "scoring_settings", set_cells({"setting": "total_z"}, jurisdiction="Mars"), "Mars is no place"),
        (scoring, "scoring_sets", set_cells({"member": "P03"}, member="P99"), "P99 is no rule"),
        (overlaps, "scoring_settings", lambda rows: rows.append(rows[0]), "already has a row for this day"),
        (words, "parameter_texts", remove(**HOURS), "Q01 max_hours has no words"),
        (words, "parameter_texts", remove(rule="eligibility", name="age"), "age has no words"),
        (words, "parameter_sets", lambda rows: rows[0].update(member="palace"), "'palace' is no code"),
        (
            words,
            "eligibility",
            lambda rows: next(row for row in rows if row["fact"] == "categories").update(value="rich"),
            "'rich' is no code",
        ),
        (words, "policy_words", remove(list="kind", code="lead"), "'lead' has no words"),
        (words, "unit_texts", remove(unit="beds"), "the unit 'beds' has no words"),
        (words, "rule_texts", remove(rule="E05"), "E05 has no row in rule_texts.csv"),
        (words, "rules", lambda rows: rows[0].update(definition_zh=""), "the text is empty"),
    ],
    ids=lambda value: value.__name__ if callable(value) and value.__name__ != "<lambda>" else None,
)
def test_a_defect_is_told(seeds: Path, check: Check, table: str, change: Edit, words: str) -> None:
    edit(seeds, table, change)
    assert words in "\n".join(problem.sentence() for problem in told(check, seeds))


def test_a_problem_names_file_line_and_column(seeds: Path) -> None:
    edit(seeds, "parameters", lambda rows: rows[3].update(value="many"))
    (problem,) = told(cells, seeds)
    assert problem.sentence() == "parameters.csv, line 5, column value: 'many' cannot be read; write a number"


def test_columns_and_cells_are_counted(seeds: Path) -> None:
    path = seeds / "unit_texts.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("unit,unit_zh,unit_en", "unit,zh,unit_en") + "acres,亩\n", encoding="utf-8")
    (seeds / "stray.csv").write_text("a\n", encoding="utf-8")
    (seeds / "exemptions.csv").unlink()
    assert {(problem.file, problem.message.split(";")[0]) for problem in told(cells, seeds)} == {
        (
            "exemptions.csv",
            f"the header must be {','.join(load(POLICY).types['exemptions'])} (as in _policy.yml), not ",
        ),
        ("stray.csv", "describe this table in _policy.yml, or remove it"),
        ("unit_texts.csv", "the header must be unit,unit_zh,unit_en (as in _policy.yml), not unit,zh,unit_en"),
        ("unit_texts.csv", "2 cells under 3 headers"),
    }


def test_a_county_may_decide_for_itself(seeds: Path) -> None:
    edit(seeds, "parameters", copy_of({"rule": "Q03", "name": "max_price"}, division="140521", value="38"))
    assert [problem for check in CHECKS for problem in told(check, seeds)] == []


def test_a_change_of_law_is_a_new_row(seeds: Path) -> None:
    edit(seeds, "parameters", copy_of(HOURS, value="5", valid_from="2025-07-01"))
    edit(
        seeds,
        "parameters",
        lambda rows: next(row for row in rows if row["rule"] == "Q01" and row["value"] == "4").update(
            valid_to="2025-06-30"
        ),
    )
    assert told(overlaps, seeds) == told(gaps, seeds) == []


DAYS = st.dates(min_value=dt.date(2023, 1, 1), max_value=dt.date(2026, 12, 31))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=DAYS, days=st.integers(-400, 400))
def test_two_windows_of_a_number_are_told_unless_they_touch(cut: dt.date, days: int) -> None:
    policy = load(POLICY)
    (old,) = (row for row in policy["parameters"] if all(row[column] == value for column, value in HOURS.items()))
    begin = cut + dt.timedelta(days=1 + days)
    rows = (
        Row("parameters", 2, {**old, "valid_to": cut.isoformat()}, old.width),
        Row("parameters", 3, {**old, "valid_from": begin.isoformat()}, old.width),
    )
    others = tuple(row for row in policy["parameters"] if row is not old)
    changed = Policy({**policy.tables, "parameters": others + rows}, policy.headers, policy.types)
    assert bool(list(overlaps(changed))) == (days < 0)
    assert bool(list(gaps(changed))) == (days > 0)


# ---- documents, cases, pages -------------------------------------------------------------------------------------


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """Texts made of the quotations themselves, broken over lines and in full-width forms as texts at hand are."""
    folder = tmp_path / "documents"
    folder.mkdir()
    policy = load(POLICY)
    for row in policy["documents"]:
        quotes = [one["quote_zh"] for one in policy["requirements"] if one["document"] == row["document"]]
        spread = ("\n".join([quote[:3], f"  {quote[3:]}"]).replace("(", "（") for quote in quotes)
        (folder / row["document"]).write_text("**第一条**\n" + "\n".join(spread), encoding="utf-8")
    return folder


def test_a_quotation_is_looked_up(seeds: Path, documents: Path) -> None:
    assert list(quotations(load(seeds), documents)) == []
    edit(seeds, "requirements", lambda rows: rows[0].update(quote_zh=rows[0]["quote_zh"][:-1] + "乙"))
    (problem,) = quotations(load(seeds), documents)
    assert (problem.file, problem.line, problem.column) == ("requirements.csv", 2, "quote_zh")


def test_a_missing_text_is_told(seeds: Path, documents: Path) -> None:
    next(documents.iterdir()).unlink()
    assert ["put it there" in problem.message for problem in quotations(load(seeds), documents)] == [True]


def test_every_place_of_a_rule_needs_a_case(tmp_path: Path) -> None:
    policy = load(POLICY)
    for rule, places in policy.places().items():
        folder = tmp_path / rule
        folder.mkdir()
        written = "".join(f"- case: one of them\n  places: [{place}]\n" for place in places)
        (folder / "cases.yml").write_text(written, encoding="utf-8")
    (tmp_path / "S01" / "cases.yml").write_text("- case: wherever the rule applies\n", encoding="utf-8")
    assert list(cases(policy, tmp_path)) == []
    (tmp_path / "E01" / "cases.yml").write_text("- case: one place\n  places: [wuhai]\n", encoding="utf-8")
    (tmp_path / "E02" / "cases.yml").write_text("", encoding="utf-8")
    (tmp_path / "Q01" / "cases.yml").unlink()
    sentences = [problem.sentence() for problem in cases(policy, tmp_path)]
    assert len(sentences) == 4 + 5 + 1
    assert any("E01/cases.yml: there is no case for weihai;" in one for one in sentences)
    assert any("Q01/cases.yml: there are no cases" in one for one in sentences)


def test_every_rule_needs_a_page(tmp_path: Path) -> None:
    policy = load(POLICY)
    for rule in policy.places():
        (tmp_path / f"{rule}.md").write_text("", encoding="utf-8")
    assert list(pages(policy, tmp_path)) == []
    (tmp_path / "P05.md").unlink()
    assert [problem.message.partition(";")[0] for problem in pages(policy, tmp_path)] == ["P05 has no page"]


# ---- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def command(
    seeds: Path, documents: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str]]:
    """The command on a project that is whole."""
    policy = load(seeds)
    for rule, places in policy.places().items():
        cases, page = tmp_path / "tests" / "rules" / rule, tmp_path / "docs" / "rules" / f"{rule}.md"
        cases.mkdir(parents=True)
        (cases / "cases.yml").write_text(f"- case: one\n  places: [{', '.join(places)}]\n", encoding="utf-8")
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text("", encoding="utf-8")
    monkeypatch.setattr(paths, "POLICY", seeds)
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setattr(paths, "DOCUMENTS", tmp_path / "nowhere")

    def run(*arguments: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(cli.main, ["policy", "check", *arguments])
        return outcome.exit_code, outcome.output

    return run


def test_a_whole_policy_passes(command: Callable[..., tuple[int, str]], documents: Path) -> None:
    code, output = command("--documents", str(documents))
    assert code == 0
    assert "NOT DONE" not in output
    assert "PROBLEMS" not in output


def test_quotations_without_documents_are_not_passed(command: Callable[..., tuple[int, str]]) -> None:
    code, output = command()
    assert code == 0
    assert "NOT DONE  quotations: the documents are not at hand" in output


def test_a_defect_ends_with_exit_code_1(command: Callable[..., tuple[int, str]], seeds: Path) -> None:
    edit(seeds, "parameters", set_cells(HOURS, valid_to="2025-06-30"))
    code, output = command("--json")
    assert code == 1
    outcomes = {check["check"]: check["outcome"] for check in json.loads(output)}
    assert outcomes["gaps"] == "PROBLEMS"
    assert outcomes["quotations"] == "NOT DONE"


def test_unreadable_cells_come_first(command: Callable[..., tuple[int, str]], seeds: Path) -> None:
    edit(seeds, "parameters", set_cells(HOURS, valid_from="soon"))
    code, output = command("--json")
    assert code == 1
    assert {check["outcome"] for check in json.loads(output) if check["check"] != "cells"} == {"NOT DONE"}
