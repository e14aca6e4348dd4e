"""How the tests know that a page stands still."""

import time

from playwright.sync_api import Page, expect

# What the app says of itself: its script does not run, nothing on the page waits to be drawn again, no skeleton is left.
_AT_REST = """
() => document.querySelector("[data-testid=stApp][data-test-script-state=notRunning]")
    && !document.querySelector("[data-stale=true], [data-testid=stSkeleton]")
    ? document.querySelector("[data-testid=stMain]")?.innerText ?? "" : null
"""


def settled(page: Page, quiet: float = 0.8, within: float = 60.0) -> None:
    """Wait until the app rests and its words have not changed for `quiet` seconds: one run of its script may start another.

    Fails after `within` seconds.
    """
    expect(page.locator("h1").first).to_be_visible(timeout=within * 1000)
    end, words, since = time.monotonic() + within, None, time.monotonic()
    while time.monotonic() < end:
        now = page.evaluate(_AT_REST)
        if now is None or now != words:
            words, since = now, time.monotonic()
        elif time.monotonic() - since >= quiet:
            return
        page.wait_for_timeout(100)
    raise AssertionError("the page does not come to rest")
