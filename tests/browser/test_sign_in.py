"""Sign-in in a real browser, against a provider of the tests' own: through `oversight serve`, as users meet it."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Browser, BrowserContext, Page, expect

from dashboards.sign_in import VARIABLES
from dashboards.users import USERS_VARIABLE
from tests.browser.conftest import _free_port, _wait_for

# A page that says who asks, in place of the app: what is tried here is the way to it.
PAGE = """
import streamlit as st
from dashboards.identity import current_identity, limits, may_see
identity = current_identity()
if identity is None:
    st.button("登录", on_click=st.login)
else:
    st.write(f"user {identity.user}")
    st.write(f"roles {','.join(identity.roles) or 'none'}")
    st.write(f"places {limits(identity)}")
    st.write(f"funds {may_see(identity, 'funds')}")
    st.button("退出", on_click=st.logout)
"""
SERVE = """
import sys
from pathlib import Path
from dashboards import serve
serve._APP = Path(sys.argv[1]) if sys.argv[1] else serve._APP
sys.exit(serve.serve(Path(sys.argv[2]), int(sys.argv[3])))
"""
USERS = """
users:
  planner@example.org: {roles: [planner], places: [140500]}
  admin@example.org: {roles: [administrator], places: all}
"""
CLAIMS = [
    User(sub="planner", claims={"email": "Planner@example.org", "email_verified": True, "name": "规划"}),
    User(sub="admin", claims={"email": "admin@example.org", "email_verified": True}),
    User(sub="stranger", claims={"email": "stranger@example.org"}),
    User(sub="unverified", claims={"email": "planner@example.org", "email_verified": False}),
]


class Guarded:
    """An app that asks users to sign in."""

    def __init__(self, address: str, users: Path, runtime: Path, process: subprocess.Popen[bytes]) -> None:
        self.address, self.users, self.runtime, self.process = address, users, runtime, process


@contextmanager
def guarded_app(home: Path, page: Path | None, data: Path) -> Iterator[Guarded]:
    """What `oversight serve` serves to users who sign in: a page in place of the app, or the app itself."""
    users, runtime = home / "users.yml", home / "runtime"
    users.write_text(USERS, encoding="utf-8")
    runtime.mkdir()
    port = _free_port()
    address = f"http://localhost:{port}"
    with run_server_in_thread(user_claims=CLAIMS) as provider:
        values = {
            "client_id": "oversight",
            "client_secret": "a secret of the client",
            "server_metadata_url": f"http://localhost:{provider.server_port}/.well-known/openid-configuration",
            "cookie_secret": secrets.token_hex(32),
            "redirect_uri": f"{address}/oauth2callback",
        }
        settings = {variable: values[name] for name, variable in VARIABLES.items()}
        environment = {
            **os.environ,
            **settings,
            USERS_VARIABLE: str(users),
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }
        arguments = [sys.executable, "-c", SERVE, str(page or ""), str(data), str(port)]
        process = subprocess.Popen(arguments, env=environment, cwd=home)
        try:
            _wait_for(address)
            yield Guarded(address, users, runtime, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    page = tmp_path / "page.py"
    page.write_text(PAGE, encoding="utf-8")
    with guarded_app(tmp_path, page, tmp_path) as served:
        yield served


def sign_in(page: Page, address: str, sub: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="登录").click(timeout=30_000)
    page.get_by_role("button", name=sub, exact=True).click(timeout=30_000)


def test_a_user_signs_in_stays_and_leaves(guarded: Guarded, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, guarded.address, "planner")
    expect(page.get_by_text("user planner@example.org")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("roles planner")).to_be_visible()
    expect(page.get_by_text("places ('1405',)")).to_be_visible()
    expect(page.get_by_text("funds False")).to_be_visible()
    page.reload()
    expect(page.get_by_text("user planner@example.org")).to_be_visible(timeout=30_000)
    # Struck out of the file: out with the next look, without a restart and although still signed in.
    guarded.users.write_text(USERS.replace("planner@", "other@"), encoding="utf-8")
    page.reload()
    expect(page.get_by_text("roles none")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="退出").click()
    page.wait_for_timeout(1_500)
    page.goto(guarded.address)
    expect(page.get_by_role("button", name="登录")).to_be_visible(timeout=30_000)


def test_who_is_not_listed_or_not_verified_has_nothing(guarded: Guarded, browser: Browser) -> None:
    for sub, words in (("stranger", "roles none"), ("unverified", "登录")):
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, guarded.address, sub)
        expect(page.get_by_text(words)).to_be_visible(timeout=30_000)
        expect(page.get_by_text("roles planner")).to_have_count(0)
        context.close()


def test_nobody_forges_a_cookie(guarded: Guarded, context: BrowserContext) -> None:
    page = context.new_page()
    sign_in(page, guarded.address, "stranger")
    expect(page.get_by_text("roles none")).to_be_visible(timeout=30_000)
    cookies = context.cookies()
    ours = [cookie for cookie in cookies if "user" in cookie.get("name", "")]
    assert ours
    assert all(cookie.get("httpOnly") for cookie in ours)
    context.clear_cookies()
    for cookie in ours:
        value = cookie.get("value", "")
        forged = value[:-4] + ("AAAA" if not value.endswith("AAAA") else "BBBB")
        context.add_cookies([{"name": cookie.get("name", ""), "value": forged, "url": guarded.address}])
    page.goto(guarded.address)
    expect(page.get_by_role("button", name="登录")).to_be_visible(timeout=30_000)


def test_the_secrets_go_when_the_app_is_told_to_end(guarded: Guarded) -> None:
    (kept,) = guarded.runtime.rglob("secrets.toml")
    assert kept.stat().st_mode & 0o777 == 0o600
    guarded.process.send_signal(signal.SIGTERM)
    guarded.process.wait(30)
    assert list(guarded.runtime.iterdir()) == []
    for _ in range(100):
        try:
            _wait_once(guarded.address)
        except OSError:
            return
        time.sleep(0.1)
    raise AssertionError("the server still runs")


def _wait_once(address: str) -> None:
    import urllib.request

    with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1):  # noqa: S310 - loopback
        pass
