"""What the installation of a browser does on machines of several kinds; the programs it calls are stand-ins."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("install.sh")


class Machine:
    """A machine with nothing but what a test gives it."""

    def __init__(self, folder: Path) -> None:
        self.programs, self.calls, self.servers = folder / "bin", folder / "calls", folder / "postgresql"
        self.programs.mkdir()
        self.calls.touch()
        (self.programs / "grep").symlink_to(shutil.which("grep") or "/usr/bin/grep")

    def has(self, name: str, prints: str = "", status: int = 0) -> None:
        """Give the machine a program that notes its call, prints a line and ends."""
        path = self.programs / name
        told = f"echo '{prints}'" if prints else ":"
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.calls}\n{told}\nexit {status}\n', encoding="utf-8")
        path.chmod(0o755)

    def install(self) -> tuple[int, str, list[str]]:
        """Run the script: its exit code, what it says, and the programs that would change something."""
        environment = {**os.environ, "PATH": str(self.programs), "POSTGRESQL_PROGRAMS": str(self.servers)}
        ended = subprocess.run(
            ["/bin/sh", str(SCRIPT), "python"], env=environment, capture_output=True, text=True, check=False
        )
        calls = self.calls.read_text(encoding="utf-8").splitlines()
        return ended.returncode, ended.stderr, [call for call in calls if call.startswith(("apt-get", "python"))]

    def has_server(self) -> None:
        """Give the machine Debian's PostgreSQL."""
        home = self.servers / "15" / "bin"
        home.mkdir(parents=True)
        (home / "initdb").touch()


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
def machine(bare: Machine) -> Machine:
    """With a server and a reader of PDF; what is missing is for the tests to say."""
    bare.has_server()
    bare.has("pdftotext")
    return bare


def test_what_is_there_is_not_installed_again(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("fc-list", "NotoSansCJK.ttc")
    machine.has("apt-get")
    machine.has("id", "0")
    assert machine.install() == (0, "", [])


def test_debians_browser_where_it_may_be_installed(machine: Machine) -> None:
    machine.has("apt-get")
    machine.has("id", "0")
    status, _, calls = machine.install()
    assert (status, calls) == (
        0,
        ["apt-get update -qq", "apt-get install -y -qq chromium fonts-noto-cjk fontconfig"],
    )


def test_playwrights_own_without_root(machine: Machine) -> None:
    machine.has("apt-get")
    machine.has("id", "1000")
    machine.has("fc-list", "NotoSansCJK.ttc")
    machine.has("python")
    assert machine.install() == (0, "", ["python -m playwright install chromium"])


def test_playwrights_own_where_debians_cannot_be_had(machine: Machine) -> None:
    machine.has("apt-get", status=100)
    machine.has("id", "0")
    machine.has("python")
    assert machine.install() == (0, "", ["apt-get update -qq", "python -m playwright install chromium"])


def test_no_browser_to_be_had_is_said(machine: Machine) -> None:
    machine.has("id", "1000")
    machine.has("python", status=1)
    status, told, _ = machine.install()
    assert status == 1
    assert "install chromium" in told


def test_no_chinese_font_is_said(machine: Machine) -> None:
    machine.has("chromium")
    machine.has("fc-list")
    machine.has("id", "1000")
    status, told, calls = machine.install()
    assert (status, calls) == (1, [])
    assert "fonts-noto-cjk" in told


INSTALL = "apt-get install -y -qq --no-install-recommends"


def test_what_some_tests_need_where_it_may_be_installed(bare: Machine) -> None:
    bare.has("chromium")
    bare.has("apt-get")
    bare.has("id", "0")
    assert bare.install() == (0, "", ["apt-get update -qq", f"{INSTALL} postgresql poppler-utils"])


def test_only_what_is_missing_is_installed(bare: Machine) -> None:
    bare.has("chromium")
    bare.has("apt-get")
    bare.has("id", "0")
    bare.has_server()
    assert bare.install() == (0, "", ["apt-get update -qq", f"{INSTALL} poppler-utils"])


def test_what_is_not_to_be_had_is_said_and_stops_nothing(bare: Machine) -> None:
    bare.has("chromium")
    bare.has("apt-get", status=100)
    bare.has("id", "0")
    status, told, _ = bare.install()
    assert status == 0
    assert "postgresql poppler-utils" in told


def test_without_root_nothing_is_installed(bare: Machine) -> None:
    bare.has("chromium")
    bare.has("apt-get")
    bare.has("id", "1000")
    assert bare.install() == (0, "", [])
