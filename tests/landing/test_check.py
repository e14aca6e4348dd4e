"""`oversight check`: any file is read without a change to anything, and told of in plain words of both languages."""

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.cli import main
from tests.planted import ZHANG

HEADER = "身份证号,死亡日期\n"
GOOD = f"{HEADER}{ZHANG},2025-01-01\n"
NAME = "deaths_140500_20250131.csv"


def check(path: Path, *options: str) -> tuple[int, str]:
    called = CliRunner().invoke(main, ["check", *options, str(path)])
    assert "Traceback" not in called.output
    return called.exit_code, called.output


@pytest.mark.parametrize(
    ("name", "content", "status", "chinese", "english"),
    [
        (NAME, GOOD.encode(), 0, "全部可以载入", "everything would load"),
        (NAME, b"\xef\xbb\xbf\xef\xbb\xbf" + GOOD.encode(), 0, "全部可以载入", "everything would load"),
        (
            NAME,
            f"{HEADER}{ZHANG},昨天\n".encode("gb18030"),
            1,
            "第 2 行 死亡日期(died_on)：格式无法识别",
            "line 2, died_on",
        ),
        (NAME, f'{HEADER}"{ZHANG},2025-01-01\n'.encode(), 1, "第 2 行：该行无法拆分", "line 2: the row cannot be"),
        (NAME, b"", 0, "无数据行", "no data row"),
        (NAME, b"\xff\xfe\xff\xff\x81", 1, "文字编码无法识别", "neither UTF-8, GB18030 nor UTF-16"),
        (f"{NAME}.gz", gzip.compress(bytes(400_000_000)), 1, "解压后过大", "unpacks"),
        ("deaths_20250131.xlsx", b"PK\x03\x04", 1, "工作簿损坏", "workbook"),
        ("notes.docx", b"", 1, "请命名为 来源_区划_日期.csv", "name"),
    ],
)
def test_a_file_is_told_of_in_words(
    tmp_path: Path, name: str, content: bytes, status: int, chinese: str, english: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    before = path.stat()
    for language, words in (("zh", chinese), ("en", english)):
        code, told = check(path, "--lang", language)
        assert code == status
        assert words in told
    assert [file.name for file in tmp_path.iterdir()] == [name]
    assert (path.stat().st_mtime_ns, path.read_bytes()) == (before.st_mtime_ns, content)


def test_what_does_not_load_is_not_praised(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(HEADER, encoding="utf-8")
    assert "可以载入" not in check(tmp_path / NAME)[1]


def test_nobody_is_named(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(f"{GOOD}{ZHANG},2025-01-02\n{ZHANG[:-1]}1,2025-01-01\n", encoding="utf-8")
    for options in ((), ("--lang", "en"), ("--json",)):
        code, told = check(tmp_path / NAME, *options)
        assert code == 1
        assert ZHANG[:-1] not in told
    assert json.loads(check(tmp_path / NAME, "--json")[1])


def test_a_link_or_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to("/etc/hostname")
    assert check(tmp_path / NAME)[0] == 2
    assert check(tmp_path)[0] == 2
