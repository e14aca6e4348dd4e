"""The app in a real browser on a large publication: cold and warm pages, filters, and many users at once.

    python -m benchmarks.app DATA [--users 20] [--rounds 1] [--reading 10]

A page is there when its script has ended and its headline stands. Cold: the first look at a page since the server began.
Warm: the same page again, reached from another by the navigation. Memory is the server's peak.
"""

import argparse
import asyncio
import datetime as dt
import os
import platform
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from dashboards.serve import command, environment

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    # All users share one browser: a page that is not in front is not put to sleep.
    "--disable-renderer-backgrounding", "--disable-background-timer-throttling", "--disable-backgrounding-occluded-windows",
]  # fmt: skip
PAGES = (
    "overview", "funds", "complaints", "facilities", "scorecards", "findings", "policy", "method", "quality", "report",
)  # fmt: skip
READY = "[data-testid=stApp][data-test-script-state=notRunning] h1"
FILTERED = ("overview", "funds", "complaints", "facilities", "scorecards", "findings")
PATIENCE = 120_000  # milliseconds


@dataclass(frozen=True)
class Server:
    """The app under measurement."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def peak_gigabytes(self) -> float:
        """Peak memory of the server, as the kernel notes it."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1e6


@contextmanager
def served(data: Path) -> Iterator[Server]:
    """A fresh server on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(command(port, "127.0.0.1"), env=environment(data), stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"{address}/_stcore/health")
        yield Server(address, process)
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            time.sleep(0.25)
    raise TimeoutError("the app did not start")


async def _open(page: Page, address: str) -> float:
    started = time.perf_counter()
    await page.goto(address)
    await page.wait_for_selector(READY, timeout=PATIENCE)
    return time.perf_counter() - started


async def _turn_to(page: Page, name: str) -> float:
    """Go to a page by the navigation, as a user does."""
    link = page.locator(f'[data-testid=stSidebarNavLink][href$="/{name}"]')
    started = time.perf_counter()
    await link.click()
    await page.wait_for_url(f"**/{name}*", timeout=PATIENCE)
    await page.wait_for_selector(READY, timeout=PATIENCE)
    return time.perf_counter() - started


async def _filter(page: Page, box: str, name: str) -> float:
    """Choose the last that a filter offers, until the page shows it."""
    before = page.url
    await page.get_by_role("combobox", name=box).click()
    option = page.get_by_role("option").last
    await option.wait_for(timeout=PATIENCE)
    started = time.perf_counter()
    await option.click()
    await page.wait_for_url(lambda url: url != before and f"{name}=" in url, timeout=PATIENCE)
    await page.wait_for_selector(READY, timeout=PATIENCE)
    return time.perf_counter() - started


async def _alone(browser: Browser, server: Server) -> None:
    """Each page cold and warm, for one user."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    first = await _open(page, f"{server.address}/{PAGES[0]}")
    print(f"| first page of a server that has just begun | {first:.2f} s | |")
    cold = {name: await _turn_to(page, name) for name in PAGES[1:]}
    warm = {name: await _turn_to(page, name) for name in PAGES}
    for name in PAGES:
        print(f"| {name} | {cold.get(name, first):.2f} s | {warm[name]:.2f} s |")
    for name in FILTERED:
        await _open(page, f"{server.address}/{name}")
        place, year = await _filter(page, "地区", "place"), await _filter(page, "年度", "year")
        print(f"| {name}: filter by place, and by year | {place:.2f} s | {year:.2f} s |")
    await context.close()


async def _user(browser: Browser, server: Server, number: int, rounds: int, reading: float) -> tuple[list[float], int]:
    """One of many users: page after page, each beginning elsewhere. Seconds of each step, and how many went wrong."""
    context = await browser.new_context(viewport={"width": 1366, "height": 768})
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    times, errors = [], 0
    try:
        await _open(page, f"{server.address}/{PAGES[number % len(PAGES)]}")
        for step in range(rounds * len(PAGES)):
            times.append(await _turn_to(page, PAGES[(number + step + 1) % len(PAGES)]))
            errors += await page.locator("[data-testid=stException], [data-testid=stAlertContentError]").count()
            await asyncio.sleep(reading)
    except Exception as problem:  # noqa: BLE001 - counted, and told
        print(f"user {number}: {type(problem).__name__}")
        errors += 1
    await context.close()
    return times, errors


async def _measure(data: Path, users: int, rounds: int, reading: float) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with served(data) as server:
            print("| page | cold | warm |\n|---|---|---|")
            await _alone(browser, server)
            results = await asyncio.gather(
                *(_user(browser, server, number, rounds, reading) for number in range(users))
            )
            times = sorted(time for found, _ in results for time in found)
            wrong = sum(errors for _, errors in results)
            print(
                f"| {users} users at once, reading {reading:g} s, {len(times)} pages, {wrong} errors "
                f"| median {statistics.median(times):.2f} s, 95 % under {times[int(len(times) * 0.95) - 1]:.2f} s "
                f"| {server.peak_gigabytes:.2f} GB |"
            )
        await browser.close()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--reading", type=float, default=10, help="seconds that a user stays on a page")
    given = parser.parse_args()
    print(f"{dt.date.today()}, {platform.machine()}, {os.cpu_count()} cores, server and browser on one machine\n")
    asyncio.run(_measure(given.data, given.users, given.rounds, given.reading))


if __name__ == "__main__":
    main()
