"""The worked example of docs/profiles.md is a profile that works."""

import datetime as dt
import re

import polars as pl

from pipelines.landing.profiles import apply_profile, begin_file, matching, parse_profile
from pipelines.paths import PROJECT

PATH = "上报/养老补贴_2025年3月.xlsx"


def test_the_worked_example() -> None:
    text = (PROJECT / "docs" / "profiles.md").read_text(encoding="utf-8")
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    profile = parse_profile(found[1], "docs/profiles.md")
    assert matching([profile], PATH) == [profile]
    state = begin_file(profile, PATH)
    assert (state.division, state.date) == ("150302", dt.date(2025, 3, 31))
    rows = [["1", "甲", "A1", "0.03", "高龄津贴", "05/03/2025", "成功"], ["2", "乙", "A2", "0.03", "", "", "失败"]]
    raw = pl.DataFrame(rows, schema=[f"c{place}" for place in range(7)], orient="row").with_columns(
        line=pl.Series([2, 3])
    )
    headers = ["序号", "姓名", "证件号", "金额（万元）", "摘要", "发放时间", "状态"]
    made = apply_profile(profile, headers, raw, state)
    assert made.filtered.to_list() == [3]
    row = made.rows.row(0, named=True)
    assert (row["amount"], row["paid_on"], row["fiscal_year"]) == ("300", "2025-03-05", "2025")
    assert row["purpose"] == "elder_allowance"
