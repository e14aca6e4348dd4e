"""A publication of the demo, the app on a free port, and a browser."""

import datetime as dt
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from dashboards.serve import command, environment
from pipelines.demo import generate
from pipelines.run import Run, run_all
from pipelines.vault import Vault, demo_key

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Served:
    """The app on a data folder."""

    def __init__(self, data: Path, address: str) -> None:
        self.data, self.address = data, address

    def publish(self, as_of: dt.date) -> str:
        """Run the pipeline on the demo as of a day; the name of the publication."""
        vault = Vault(self.data / "vault")
        job = Run(self.data / "files" / "landing", self.data, vault, demo_key(vault), as_of)
        return run_all(job).publication.manifest["run"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address: str) -> None:
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.5)
    raise TimeoutError("the app did not start")


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a published demo, made once for all browser tests."""
    data = tmp_path_factory.mktemp("app")
    generate(data / "files", "small", 1)
    Served(data, "").publish(dt.date(2025, 6, 30))
    return data


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """The app on a data folder, on a free port, for as long as it is used."""
    port = free_port()
    served = Served(data, f"http://127.0.0.1:{port}")
    process = subprocess.Popen(command(port, "127.0.0.1"), env=environment(data))
    try:
        wait_for(served.address)
        yield served
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="session")
def app(published: Path) -> Iterator[Served]:
    with serving(published) as served:
        yield served


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Nobody waits so long unless something is wrong: a slow machine fails no test.
    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        # The machine's own where there is one, as install.sh looks for it; else playwright's.
        started = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1366, "height": 768})
    yield made
    made.close()
