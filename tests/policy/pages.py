"""Pages of the documentation as tests take them: fenced blocks by name, and sessions of commands with their output."""

import csv
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.paths import PROJECT

Rows = list[dict[str, str]]
_RUN = re.compile(r"\b(\d{6})-\d{8}-[0-9a-f]{12}\b")


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its name (what follows the language) and its text."""

    language: str
    name: str
    text: str


def blocks(page: Path) -> list[Block]:
    """All fenced blocks of a page in their order."""
    found = re.findall(r"^```(\w+) ?(.*)\n([\s\S]*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return [Block(*parts) for parts in found]


def table(text: str) -> Rows:
    """The rows of a block of CSV."""
    return list(csv.DictReader(io.StringIO(text)))


def put_rows(policy: Path, block: Block) -> None:
    """Write a block's rows into the table of its name. A row that differs from one there in its last day alone takes its
    place: that is the one edit that a row of policy ever sees."""
    path = policy / f"{block.name}.csv"
    there = table(path.read_text(encoding="utf-8"))
    for row in table(block.text):
        same = [one for one in there if {**one, "valid_to": ""} == {**row, "valid_to": ""}]
        if same:
            same[0].update(row)
        else:
            there.append(row)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(there[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(there)


def without_hashes(text: str) -> str:
    """A text in which publications are told by their number alone: the rest changes with every change of code."""
    return _RUN.sub(r"\1", text)


@dataclass
class Session:
    """A terminal in a folder that has the project's `seeds/` in it, as it is at the root of the project."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "seeds").symlink_to(PROJECT / "seeds")

    def type_in(self, block: Block) -> str:
        """Do the commands of a block of the language `console`; the block as it would be with what they print now."""
        printed = []
        for line in block.text.splitlines():
            if line.startswith("$ "):
                printed += [line, *self._do(line[2:]).splitlines()]
        return without_hashes("\n".join(printed) + "\n")

    def _do(self, command: str) -> str:
        words = shlex.split(self._with_real_names(command))
        if words[0] == "export":
            self.environment |= dict([words[1].split("=", 1)])
            return ""
        settings = dict(self.environment)
        while "=" in words[0]:
            settings |= dict([words.pop(0).split("=", 1)])
        if words[0] == "oversight":
            words[:1] = [sys.executable, "-m", "pipelines.cli"]
        surroundings = {**os.environ, "PYTHONPATH": str(PROJECT), **settings}
        done = subprocess.run(words, cwd=self.folder, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def _with_real_names(self, command: str) -> str:
        names = {path.name[:6]: path.name for path in self.folder.glob("*/published/[0-9]*")}
        return _RUN.sub(lambda match: names[match[1]], command)
