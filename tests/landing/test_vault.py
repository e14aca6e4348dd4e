"""Person keys and the vault: nothing personal leaves it, and a wrong key is refused."""

import hashlib
import hmac
import stat
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contracts import load_contracts
from pipelines.landing.folder import land
from pipelines.vault import KEY_VARIABLE, KeyProblem, PersonKeys, key_from_environment
from tests.planted import NAMED, ZHANG
from tests.planted import rows as planted_rows


@given(st.lists(st.text(max_size=18), min_size=1, max_size=10), st.text(min_size=1, max_size=70))
def test_a_person_key_is_the_start_of_a_keyed_hash(ids: list[str], secret: str) -> None:
    expected = [hmac.new(secret.encode(), one.encode(), hashlib.sha256).hexdigest()[:24] for one in ids]
    assert PersonKeys(secret).of(pl.Series(ids, dtype=pl.String)).to_list() == expected


def test_a_person_has_one_key_in_every_role_and_form(office: Any) -> None:
    office.send("deaths_20250101.csv", "身份证号,死亡日期\n110105491231002,2025-01-01\n")
    header = "支付编号,预算年度,区划代码,收款人类型,收款人代码,支出用途,支付金额,支付日期,收款账号"
    payments = [
        f"P1,2025,140502,老年人,{ZHANG.lower()},补贴,1,2025-03-30,6222",
        f"P2,2025,140502,其他,{ZHANG},补贴,1,2025-03-30,",
        "P3,2025,140502,部门,140500D01,办公费,1,2025-03-30,",
        f"P4,2025,140502,服务机构,{ZHANG},服务费,1,2025-03-30,",
        "P5,2025,140502,老年人,no number,老年人补贴,1,2025-03-30,",
    ]
    office.send("payments_20250430.csv", "\n".join([header, *payments]).replace(",补贴,", ",老年人补贴,"))
    landed = office.land()
    key = PersonKeys("a key for tests").of(pl.Series([ZHANG, "6222", "no number"])).to_list()
    assert office.rows(landed, "deaths")["elder_id"].to_list() == key[:1]
    paid = office.rows(landed, "payments")
    assert paid["payee_id"].to_list() == [key[0], key[0], "140500D01", key[0], key[2]]
    assert paid["payee_account"].to_list()[0] == key[1]


def test_another_key_or_none_is_refused(office: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    office.send("deaths_20250101.csv", f"身份证号,死亡日期\n{ZHANG},2025-01-01\n")
    office.land()
    with pytest.raises(KeyProblem, match="not the key that this vault was made with"):
        land(office.landing, office.data, office.vault, PersonKeys("another"))
    monkeypatch.delenv(KEY_VARIABLE, raising=False)
    with pytest.raises(KeyProblem, match="is not set"):
        key_from_environment()
    (office.vault.folder / "key.fingerprint").unlink()
    with pytest.raises(KeyProblem, match="is missing from a vault"):
        office.land()


def test_only_the_owner_may_enter_the_vault(office: Any) -> None:
    office.land()
    for folder in (office.vault.folder, *(path for path in office.vault.folder.iterdir() if path.is_dir())):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


PLANTED = [*NAMED, ZHANG, ZHANG.lower(), "110105491231002"]


def every_byte_outside(folder: Path, vault: Path) -> dict[Path, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file() and vault not in path.parents]
    return {path: path.read_bytes() for path in files}


def send_planted(office: Any) -> None:
    """Every source with direct identifiers and ids in all their columns, in an unknown column, and in broken rows."""
    for source, contract in load_contracts().items():
        header, *rows = planted_rows(source)
        header += ",备用"
        good = [f"{row},{PLANTED[0]}" for row in rows]
        broken = ",".join([ZHANG] * len(contract.columns) + [PLANTED[1]])
        surplus = good[0] + f",{PLANTED[2]}"
        office.send(f"{source}_140500_20250430.csv", "\n".join([header, *good, broken, surplus]))
        office.send(f"{source}_140500_20250501.csv", "\n".join([",".join([ZHANG, *PLANTED]), good[0]]))


def test_no_planted_person_is_in_any_byte_outside_the_vault(office: Any) -> None:
    send_planted(office)
    landed = office.land()
    assert landed.files["rows_loaded"].sum() > 26
    needles = [
        text.encode(code) for text in [*PLANTED, "440308199901101512"] for code in ("utf-8", "utf-16-le", "gb18030")
    ]
    for path, stored in every_byte_outside(office.data, office.vault.folder).items():
        unpacked = str(pl.read_parquet(path).rows()).encode() if path.suffix == ".parquet" else b""
        content = stored + unpacked
        assert not [needle for needle in needles if needle in content], path
    vault = b"".join(path.read_bytes() for path in office.vault.folder.rglob("*") if path.is_file())
    assert PLANTED[0].encode() in vault
