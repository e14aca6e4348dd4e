"""The statistics bureau's own exports: years stand in columns, which no source of the project has; they must still read."""

import polars as pl
import pytest

from pipelines.contracts import load_contracts
from pipelines.landing.decoding import utf8_text
from pipelines.landing.text_tables import read_text
from tests.profiles.conftest import real_file

pytestmark = pytest.mark.real


def test_population_over_65(tmp_path_factory: pytest.TempPathFactory) -> None:
    original = real_file("cn_nbs_population65_sample_gbk.csv")
    text, encoding = utf8_text(original, "csv", False, tmp_path_factory.mktemp("scratch"))
    assert encoding == "gb18030"
    table = read_text(text, load_contracts()["division_statistics"], "csv", ",")
    lines = [cells[0] for _, cells in table.top]
    header = lines.index("地区")
    assert lines[0].startswith("数据库")
    rows = pl.concat(block.cells for block in table.blocks(header + 1, 21))
    regions = rows.filter(pl.col("c2") != "")
    assert regions.height == 31
    assert regions["c0"].to_list()[0::30] == ["北京市", "新疆维吾尔自治区"]
    assert [note[:2] for note in rows["c0"] if note[:2] in {"注:", "注：", "数据"}] == ["注：", "数据"]
    # The notes say that 2015 is a sample ten times as large as those of other years.
    in_2014, in_2015 = (sum(int(cell) for cell in regions[name]) for name in ("c12", "c11"))
    assert 10 < in_2015 / in_2014 < 20
