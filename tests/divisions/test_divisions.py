"""The table of divisions is whole, and codes lead where they should."""

import csv

import pytest

from pipelines.divisions import load_changes, load_divisions, name_of, resolve, trim
from pipelines.landing.names import trimmed_division
from pipelines.paths import REFERENCE


def test_every_division_lies_in_one_that_is_listed() -> None:
    divisions = load_divisions()
    orphans = [one.code for one in divisions.values() if one.level != "province" and one.parent_code not in divisions]
    assert orphans == []
    assert [one.code for one in divisions.values() if one.level == "province" and one.parent_code] == []


def test_every_division_has_a_name_and_current_ones_lie_in_current_ones() -> None:
    divisions = load_divisions()
    assert [one.code for one in divisions.values() if not one.name] == []
    current = [one for one in divisions.values() if one.is_current and one.parent_code]
    assert [one.code for one in current if not divisions[one.parent_code or ""].is_current] == []


def test_the_path_up_from_every_division_ends_in_a_province() -> None:
    divisions = load_divisions()
    for one in divisions.values():
        steps, code = 0, one.code
        while divisions[code].parent_code:
            code = divisions[code].parent_code or ""
            steps += 1
            assert steps < 6, f"the path up from {one.code} goes in a circle"
        assert divisions[code].level == "province"


def test_every_code_resolves_to_current_codes_only() -> None:
    divisions = load_divisions()
    assert [code for code in divisions if not resolve(code)] == []
    assert {after for code in divisions for after in resolve(code) if not divisions[after].is_current} == set()


def test_a_current_code_resolves_to_itself() -> None:
    assert {code for code, one in load_divisions().items() if one.is_current and resolve(code) != (code,)} == set()


def test_each_former_code_has_a_change_of_its_last_year_that_leads_to_its_successor() -> None:
    for code, one in load_divisions().items():
        if not one.is_current:
            last = [change.new_code for change in load_changes()[code] if change.year == one.valid_to_year]
            assert one.successor_code in last, code


def test_changes_join_codes_that_are_listed() -> None:
    divisions = load_divisions()
    for changes in load_changes().values():
        for change in changes:
            assert {change.old_code, change.new_code} <= set(divisions)
            assert change.old_code != change.new_code


@pytest.mark.parametrize(
    ("old", "current"),
    [
        ("371081", ("371003",)),  # 文登市 became 文登区
        ("152101", ("150702",)),  # 海拉尔市, with 呼伦贝尔盟 become a city
        ("510202", ("500103",)),  # 重庆市市中区, out of Sichuan
        ("440024", ()),  # never was
        ("371200", ("370116", "370117")),  # 莱芜市 was split
        ("140211", ("140213", "140214")),  # 大同市南郊区 was split
        ("140203", ("140214",)),  # 大同市矿区, not the 矿区 of 阳泉
        ("140503", ("140525",)),  # 晋城市郊区 became 泽州县
        ("332421", ("330781",)),  # stood for 洞头县 first; its last bearer was 兰溪县
        ("520522", ("520581",)),  # 黔西县, 2021
        ("999999", ()),
        ("141402", ()),  # an unknown county is not taken for its province
    ],
)
def test_former_codes(old: str, current: tuple[str, ...]) -> None:
    assert resolve(old) == current


def test_codes_of_streets_and_villages() -> None:
    assert resolve("150302001") == ("150302001",)
    assert resolve("150302001000") == ("150302001",)
    assert resolve("150302001207") == ("150302001",)
    assert resolve("371081101000") == ("371003",), "a street of a former county leads to what became of the county"
    assert resolve("150302000000") == resolve("150302") == ("150302",)


@pytest.mark.parametrize(
    ("code", "full", "short"),
    [
        ("150302", "内蒙古自治区乌海市海勃湾区", "海勃湾区"),
        ("150303", "内蒙古自治区乌海市海南区", "海南区"),
        ("150300", "内蒙古自治区乌海市", "乌海市"),
        ("150302001", "内蒙古自治区乌海市海勃湾区凤凰岭街道", "凤凰岭街道"),
        ("150302001207", "内蒙古自治区乌海市海勃湾区凤凰岭街道", "凤凰岭街道"),
        ("150603", "内蒙古自治区鄂尔多斯市康巴什区", "康巴什区"),
        ("230103", "黑龙江省哈尔滨市南岗区", "南岗区"),
        ("140525", "山西省晋城市泽州县", "泽州县"),
        ("371002", "山东省威海市环翠区", "环翠区"),
        ("110101", "北京市东城区", "东城区"),
        ("469001", "海南省五指山市", "五指山市"),
        ("371200", "山东省莱芜市", "莱芜市"),
        ("15", "内蒙古自治区", "内蒙古自治区"),
        ("710000", "台湾省", "台湾省"),
    ],
)
def test_names(code: str, full: str, short: str) -> None:
    assert name_of(code) == full
    assert name_of(code, full=False) == short


def test_names_in_english() -> None:
    assert name_of("150302", "en") == "Haibowan, Wuhai, Inner Mongolia"
    assert name_of("150302", "en", full=False) == "Haibowan"
    assert name_of("152921", "en") == "阿拉善左旗, 阿拉善盟, Inner Mongolia"
    assert name_of("999999", "en") is None


def test_english_names_are_of_listed_divisions() -> None:
    with (REFERENCE / "division_names_en.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["code"] for row in csv.DictReader(file)]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(load_divisions())
    assert {code for code, one in load_divisions().items() if one.level == "province"} <= set(codes)


@pytest.mark.parametrize(
    ("code", "bare"),
    [
        ("150000", "15"),
        ("150300", "1503"),
        ("150302", "150302"),
        ("150302000", "150302"),
        ("150300000000", "1503"),
        ("150302001000", "150302001"),
        ("150302001207", "150302001207"),
        ("150302100", "150302100"),
        ("110100", "1101"),
    ],
)
def test_trailing_zeros(code: str, bare: str) -> None:
    assert trim(code) == bare
    assert trimmed_division(code) == bare, "file names and places are trimmed alike"


def test_the_streets_of_the_project_are_listed() -> None:
    streets = [code for code, one in load_divisions().items() if one.level == "street"]
    prefixes = ("1503", "150603", "3710", "230103", "1405")
    assert {next(prefix for prefix in prefixes if code.startswith(prefix)) for code in streets} == set(prefixes)


def test_seeds_are_small() -> None:
    for name in ("divisions.csv", "division_changes.csv"):
        assert (REFERENCE / name).stat().st_size < 1_000_000
