"""Drafts of profiles: what they find, what they ask, and that they give nothing away."""

import pytest
import yaml

from pipelines.contracts import load_contracts
from pipelines.landing.profile_draft import draft, similarity
from pipelines.landing.profiles import parse_profile

VISITS = {
    "流水": ["1", "2"],
    "工单号": ["W-77801", "W-77802"],
    "老人身份证号码": ["11010519491231002X", "110105194912310026"],
    "护理员身份证": ["110105194912310021", "110105194912310022"],
    "服务商统一社会信用代码": ["91350100M000100Y43", "91350100M000100Y43"],
    "服务项目名称": ["助餐", "助浴"],
    "开始时间": ["2025-03-01 09:00", "2025-03-02 09:00"],
    "结束时间": ["2025-03-01 10:00", "2025-03-02 10:00"],
    "服务金额(万元)": ["0.0031", "0.0047"],
    "政府补贴金额": ["23.17", "41.93"],
    "服务区划代码": ["150302", "150303"],
    "项目": ["政府购买居家养老服务", "自费"],
    "联系人": ["王小明", "李小红"],
}


def drafted(columns: dict[str, list[str]], source: str) -> str:
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    return draft(list(columns), rows, load_contracts()[source])


def test_a_draft_with_all_columns_is_a_profile() -> None:
    text = drafted(VISITS, "visits")
    profile = parse_profile(text, "draft.yml")
    headers = {name: rule.headers for name, rule in profile.columns.items()}
    assert headers == {
        "visit_id": ["工单号"],
        "programme": ["项目"],
        "division_code": ["服务区划代码"],
        "elder_id": ["老人身份证号码"],
        "worker_id": ["护理员身份证"],
        "provider_id": ["服务商统一社会信用代码"],
        "service_item": ["服务项目名称"],
        "started_at": ["开始时间"],
        "ended_at": ["结束时间"],
        "charged_amount": ["服务金额(万元)"],
        "subsidy_amount": ["政府补贴金额"],
    }
    assert profile.columns["charged_amount"].factor == 10000
    assert '#   "联系人"' in text


def test_no_cell_is_in_a_draft() -> None:
    text = drafted(VISITS, "visits")
    cells = {cell for column in VISITS.values() for cell in column if len(cell) > 1}
    assert [cell for cell in cells if cell in text] == []


def test_a_header_that_looks_like_somebodys_number_is_not_shown() -> None:
    text = draft(["姓名", "13800138000", "11010519491231002X"], [], load_contracts()["deaths"])
    assert "138001" not in text
    assert "110105" not in text


def test_what_is_missing_is_said() -> None:
    text = drafted({"死亡日期": ["107年7月9日", "108/01/02"]}, "deaths")
    assert "# elder_id: REQUIRED (id_card), no header found; give from or constant" in text
    assert 'date_format: "roc"' in text
    assert yaml.safe_load(text)["columns"] == {"died_on": {"from": "死亡日期", "date_format": "roc"}}


def test_days_and_months_that_look_alike_are_asked_about() -> None:
    text = drafted({"身份证号": ["11010519491231002X"] * 2, "死亡日期": ["01/02/2025", "03/04/2025"]}, "deaths")
    assert 'date_format: "%d/%m/%Y"' in text
    assert "also read as %m/%d/%Y: ask" in text


def test_numbers_of_persons_are_known_by_their_form() -> None:
    text = drafted({"证件": ["11010519491231002X", "110105194912310038"], "日期": ["2025-01-02"] * 2}, "deaths")
    assert yaml.safe_load(text)["columns"]["elder_id"] == {"from": "证件"}


def test_unknown_codes_are_asked_for_without_being_shown() -> None:
    columns = {"设施编号": ["a1", "a2"], "设施名称": ["x1", "x2"], "设施类型": ["大院甲型", "大院乙型"]}
    text = drafted(columns, "facilities")
    assert "大院" not in text
    assert "# values: {}" not in text or "canteen" in text


@pytest.mark.parametrize(
    ("header", "column", "least", "most"),
    [("支付金额（万元）", "amount", 1.0, 1.0), ("实际支付金额", "amount", 0.7, 0.99), ("备注", "amount", 0.0, 0.1)],
)
def test_likeness_of_headers(header: str, column: str, least: float, most: float) -> None:
    assert least <= similarity(header, load_contracts()["payments"].columns[column]) <= most


def test_without_rows_headers_alone_decide() -> None:
    text = draft(["身份证号", "死亡日期"], [], load_contracts()["deaths"])
    assert parse_profile(text, "draft.yml").columns["elder_id"].headers == ["身份证号"]
    assert "no filled cells to judge by" in text


def test_a_key_is_proposed_from_cells_that_are_not_personal() -> None:
    without_number = {name: cells for name, cells in VISITS.items() if name != "工单号"}
    profile = parse_profile(drafted(without_number, "visits"), "draft.yml")
    assert profile.key is not None
    assert {"开始时间", "项目"} <= set(profile.key.headers)
    assert not {"老人身份证号码", "护理员身份证"} & set(profile.key.headers)
