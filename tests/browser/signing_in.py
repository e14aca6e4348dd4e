"""Sign-in at a provider of the tests' own, for an app that `oversight serve` starts."""

import os
import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from oidc_provider_mock import User, run_server_in_thread
from playwright.sync_api import Page

from dashboards.sign_in import VARIABLES
from dashboards.users import USERS_VARIABLE


@contextmanager
def sign_in_configured(address: str, claims: Sequence[User], users: Path, runtime: Path) -> Iterator[dict[str, str]]:
    """A provider that knows some users, and the environment in which an app at the address lets them sign in there."""
    with run_server_in_thread(user_claims=claims) as provider:
        values = {
            "client_id": "oversight",
            "client_secret": "a secret of the client",
            "server_metadata_url": f"http://localhost:{provider.server_port}/.well-known/openid-configuration",
            "cookie_secret": secrets.token_hex(32),
            "redirect_uri": f"{address}/oauth2callback",
        }
        yield {
            **os.environ,
            **{variable: values[name] for name, variable in VARIABLES.items()},
            USERS_VARIABLE: str(users),
            "XDG_RUNTIME_DIR": str(runtime),
            "PYTHONPATH": os.pathsep.join(sys.path),
        }


def sign_in(page: Page, address: str, sub: str) -> None:
    """As a user does: the app's button, then the provider's."""
    page.goto(address)
    page.get_by_role("button", name="登录").click(timeout=30_000)
    page.get_by_role("button", name=sub, exact=True).click(timeout=30_000)
