"""What a profile may say, and how a wrong one is answered."""

from pathlib import Path

import pytest
import yaml

from pipelines.landing.profiles import (
    ProfileError,
    load_profile,
    load_profiles,
    matching,
    parse_profile,
    profile_fingerprint,
)

BASE = """
name: office
title: {zh: 办公室, en: Office}
source: deaths
files: ["**/*.csv"]
division: {constant: "150302"}
date: {pattern: '_(\\d{8})\\.', format: "%Y%m%d"}
columns:
  elder_id: {from: [证件号码]}
  died_on: {from: 日期}
"""


def changed(**changes: object) -> str:
    """The base profile with keys put in, changed, or (None) taken out."""
    document = yaml.safe_load(BASE)
    for key, value in changes.items():
        if value is None:
            document.pop(key, None)
        else:
            document[key] = value
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False)


def columns(**more: object) -> dict[str, object]:
    """The base profile's columns, with more."""
    return {"elder_id": {"from": ["证件号码"]}, "died_on": {"from": "日期"}, **more}


def test_the_base_is_fine() -> None:
    profile = parse_profile(BASE, "office.yml")
    assert profile.headers == ["证件号码", "日期"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (changed(colums={}), "office.yml: unknown key colums; allowed are name, title, source"),
        (changed(source="death"), "source: no source 'death'; allowed are ability_assessments"),
        (changed(files=None), "files: Field required"),
        (changed(name="My Office"), "name: String should match pattern"),
        (changed(date={"constant": "2025-02-30"}), "date: day is out of range for month"),
        (changed(date={"cell": "B2"}), "date: give the format of the date"),
        (changed(division={"constant": "1503"}), "division.constant: String should match pattern"),
        (changed(division={}), "division: give exactly one of constant, pattern"),
        (changed(encoding="utf8mb4"), "encoding: 'utf8mb4' is not an encoding"),
        (changed(header={"line": 1, "none": True}), "header: give exactly one of line, find, none"),
        (changed(files=["a[z-b].csv"]), "files: 'a[z-b].csv' is not a file pattern"),
        (changed(columns=columns(dead={"from": "x"})), "columns.dead: deaths has no such column; allowed are elder_id"),
        (changed(columns={"elder_id": {"from": "x"}}), "columns: deaths requires died_on"),
        (
            changed(columns=columns(died_on={"from": "x", "fmt": "y"})),
            "columns.died_on: unknown key fmt; allowed are from",
        ),
        (changed(columns=columns(died_on={"constant": 2025})), "put numbers, dates, yes and no in quotes"),
        (
            changed(columns=columns(died_on={"from": "x", "constant": "y"})),
            "give exactly one of from, constant, from_file",
        ),
        (changed(columns=columns(died_on={"constant": "y", "upper": True})), "a constant and from_file stand alone"),
        (changed(columns=columns(reported_by={"from": "x", "separator": ","})), "separator goes with how: join"),
        (changed(columns=columns(reported_by={"from": "x", "how": "strongest"})), "how: strongest needs values"),
        (changed(columns=columns(reported_by={"from": "x", "pattern": "a+"})), "the pattern needs a group in brackets"),
        (changed(columns=columns(reported_by={"from": "x", "pattern": "("})), "'(' is not a regular expression"),
        (
            changed(columns=columns(reported_by={"from": "x", "otherwise": "y"})),
            "otherwise goes with values or pattern",
        ),
        (changed(columns=columns(reported_by={"from": "x", "factor": "10 thousand"})), "is not a number or a fraction"),
        (changed(columns=columns(reported_by={"from": "x", "factor": 2})), "factor is for columns of type decimal"),
        (
            changed(columns=columns(reported_by={"from": "x", "date_format": "roc"})),
            "date_format is for columns of type",
        ),
        (changed(columns=columns(died_on={"from": "x", "date_format": "roc", "year_starts_in": 4})), "gives a year"),
        (changed(rows={}), "rows: give conditions under all or any"),
        (changed(rows={"all": [{"column": "x", "equals": "a", "contains": "b"}]}), "give exactly one of equals, in"),
        (changed(key={"column": "elder_id", "from": "x"}), "key.column: elder_id is also under columns"),
        (changed(key={"column": "id", "from": "x"}), "key.column: deaths has no column id"),
        (changed(key={"column": "reported_by", "from": "x", "as": "uscc"}), "division (6 digits inside the made code)"),
        (
            changed(key={"column": "reported_by", "from": "x", "as": "uscc", "division": "150300"}),
            "key.as: uscc makes a uscc, but reported_by is text",
        ),
        (changed(key={"column": "reported_by", "from": ["日期", "证件号码"]}), "key.from: 证件号码 is personal"),
        (changed(key={"column": "reported_by", "from": "all"}), "key.from: all takes in personal cells"),
        (
            changed(columns=columns(reported_by={"from": ["机构", "证件号码"]})),
            "columns.reported_by: 证件号码 is personal, reported_by leaves the vault",
        ),
        (BASE + "  died_on: {from: 死亡日期}\n", "key 'died_on' stands twice"),
        ("name: [", "office.yml: not YAML"),
        ("- a", "office.yml: Input should be"),
    ],
)
def test_messages_name_the_file_the_key_and_what_is_allowed(text: str, said: str) -> None:
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "office.yml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("office.yml: ")


def test_codes_are_checked_against_their_list() -> None:
    text = changed(
        source="complaints",
        columns={
            "complaint_id": {"from": "a"},
            "division_code": {"from_file": "division"},
            "received_on": {"from": "b"},
            "target_kind": {"constant": "building"},
            "verdict": {"from": "c", "values": {"yes": "upheld", "no": "rejected"}},
        },
    )
    with pytest.raises(ProfileError) as caught:
        parse_profile(text, "office.yml")
    assert "columns.target_kind: 'building' is not a code of complaint_target; allowed are worker, provider" in str(
        caught.value
    )
    assert "columns.verdict: 'rejected' is not a code of verdict; allowed are upheld" in str(caught.value)


def test_a_header_in_ten_thousands_needs_its_factor() -> None:
    text = changed(
        source="budgets",
        columns={
            "division_code": {"from_file": "division"},
            "fiscal_year": {"from_file": "date"},
            "programme": {"constant": "meal_subsidy"},
            "fund_source": {"constant": "county"},
            "amount": {"from": "金额（万元）"},
        },
    )
    with pytest.raises(ProfileError, match="is in 万元; give factor: 10000"):
        parse_profile(text, "office.yml")
    assert parse_profile(text.replace("金额（万元）", "金额（元）"), "office.yml")


def test_a_profile_is_called_like_its_file(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text(BASE, encoding="utf-8")
    with pytest.raises(ProfileError, match="profile and file have one name, 'other'"):
        load_profile(tmp_path / "other.yml")


def test_profiles_of_several_folders(tmp_path: Path) -> None:
    (tmp_path / "office.yml").write_text(BASE, encoding="utf-8")
    assert [profile.name for profile in load_profiles([tmp_path])] == ["office"]
    with pytest.raises(ProfileError, match="more than one profile is called office"):
        load_profiles([tmp_path, tmp_path / "office.yml"])


def test_the_projects_own_profiles_are_sound() -> None:
    assert {profile.source for profile in load_profiles()} >= {"complaints", "payments", "providers"}


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("**/visits_*.csv", "visits_1.csv", True),
        ("**/visits_*.csv", "a/b/visits_1.csv", True),
        ("**/visits_*.csv", "a/old_visits_1.csv", False),
        ("*/visits.csv", "a/b/visits.csv", False),
        ("a/*.xlsx", "a/台账.xlsx", True),
        ("a/?.csv", "a/bc.csv", False),
        ("x_2022-0[5-7].csv", "x_2022-06.csv", True),
        ("x_2022-0[5-7].csv", "x_2022-08.csv", False),
        ("x_[!0-9].csv", "x_a.csv", True),
        ("x.csv", "xxcsv", False),
        ("a+(b).csv", "a+(b).csv", True),
    ],
)
def test_file_patterns(pattern: str, path: str, fits: bool) -> None:
    profile = parse_profile(changed(files=[pattern]), "office.yml")
    assert bool(matching([profile], path)) == fits


def test_the_fingerprint_follows_the_meaning() -> None:
    first = profile_fingerprint(parse_profile(BASE, "office.yml"))
    assert profile_fingerprint(parse_profile("# a comment\n" + changed(notes="for people"), "office.yml")) == first
    assert profile_fingerprint(parse_profile(BASE.replace("日期", "死亡日期"), "office.yml")) != first
