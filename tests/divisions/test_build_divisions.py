"""The seed comes out of the public lists again, byte for byte."""

from pathlib import Path

import pytest

from pipelines.paths import PROJECT, REFERENCE
from tools.build_divisions import Change, Row, build, derived_change, is_namesake

REAL = PROJECT.parent / "shared" / "real"


def test_the_seed_is_reproducible(tmp_path: Path) -> None:
    if not (REAL / "cn_admin_code_history.json").exists():
        pytest.skip("the public lists of divisions are not beside the project (../shared/real)")
    build(REAL, tmp_path)
    for name in ("divisions.csv", "division_changes.csv"):
        assert (tmp_path / name).read_bytes() == (REFERENCE / name).read_bytes(), name


def _event(old: str, new: str, old_name: str, new_name: str) -> dict:
    return {
        "year": 2018,
        "type": "撤销",
        "old": {"code": old + "000000", "name": old_name, "parent_code": None},
        "new": {"code": new + "000000", "name": new_name, "parent_code": None},
    }


def test_namesakes_in_other_cities_and_provinces_are_told_apart() -> None:
    current = {"140200": Row("140200", "大同市", "city", "140000")}
    common = frozenset({"矿区"})
    assert is_namesake("140203", "140303", _event("140203", "140303", "矿区", "矿区"), current, common)
    assert not is_namesake("140203", "140214", _event("140203", "140214", "矿区", "云冈区"), current, common)
    assert is_namesake("510102", "110101", _event("510102", "110101", "东城区", "东城区"), {}, common)
    assert not is_namesake("510202", "500103", _event("510202", "500103", "市中区", "渝中区"), {}, common)


def test_what_the_history_does_not_tell_is_derived_from_the_name_or_the_parent() -> None:
    rows = [("130000", "河北省"), ("130100", "石家庄市"), ("130200", "唐山市")]
    current = {code: Row(code, name, "city", "130000") for code, name in rows}
    prefecture = Change(1983, "abolished", "132700", "", "唐山地区", "130000")
    assert derived_change(prefecture, current, set(current)).new == "130200"
    outskirts = Change(2001, "abolished", "130106", "", "郊区", "130100")
    assert derived_change(outskirts, current, set(current)).new == "130100"
