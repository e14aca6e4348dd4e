"""Who asks: the user who signed in, or the user of this machine where sign-in is not configured and the app is on loopback.

Nobody is let in by default. `current_identity` is the one door; everything else is a pure function of what it gives.
"""

import getpass
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboards.addresses import is_loopback
from dashboards.roles import is_allowed, roles
from dashboards.sign_in import is_required
from dashboards.users import USERS_VARIABLE, UsersProblem, same_user, users_now

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Identity:
    """Who asks, with the roles and places given. `places`: prefixes of divisions; None: all; empty: none."""

    user: str
    name: str
    roles: tuple[str, ...]
    places: tuple[str, ...] | None
    is_local: bool

    @property
    def has_access(self) -> bool:
        """Whether anything is given: who signed in without being listed has no role."""
        return bool(self.roles)


def limits(identity: Identity) -> tuple[str, ...] | None:
    """The prefixes of the divisions whose rows may be shown; None: all. An empty tuple allows no row."""
    return identity.places


def may_see(identity: Identity, page: str) -> bool:
    """Whether a page is for any of the user's roles."""
    return is_allowed(identity.roles, "page", page)


def may_list(identity: Identity, name: str) -> bool:
    """Whether a sensitive list may be shown, such as `persons`: subjects that are keys of elders or workers."""
    return is_allowed(identity.roles, "list", name)


def may_do(identity: Identity, action: str) -> bool:
    """Whether the user may `decide`, `export`, `save_view`, `read_log`."""
    return is_allowed(identity.roles, "action", action)


def landing(identity: Identity) -> str | None:
    """The page on which the user lands: that of the first of the user's roles, in the order of the seed."""
    return next((role.landing for role in roles().values() if role.role in identity.roles), None)


def local_identity() -> Identity:
    """The user of this machine, with all roles: only for an app that nobody else can reach."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as containers have
        user = f"uid-{os.getuid()}"
    return Identity(f"{user}@localhost", user, tuple(sorted(roles())), None, is_local=True)


def signed_in_identity(claims: Mapping[str, Any], users: Path) -> Identity | None:
    """Who the provider says has signed in, with what the file of users gives; None: nobody, or no address.

    A provider that says that an address was never verified is not believed: whoever can choose an address there would
    become its user here.
    """
    if not claims.get("is_logged_in"):
        return None
    email = claims.get("email")
    if not isinstance(email, str) or not email.strip() or claims.get("email_verified") is False:
        return None
    user = same_user(email)
    try:
        listed = users_now(users).get(user)
    except UsersProblem as problem:
        _LOG.error("nobody has access: %s", problem)
        listed = None
    if listed is None:
        return Identity(user, str(claims.get("name") or user), (), (), is_local=False)
    return Identity(user, listed.name or str(claims.get("name") or user), listed.roles, listed.limits, is_local=False)


def _reached_on_loopback() -> bool:
    """Whether the app listens on loopback and was called by such a name: a page elsewhere that lets its name point here
    (DNS rebinding), or a proxy before the app, shows by the name that it was called by."""
    import streamlit as st

    host = st.context.headers.get("Host")
    return is_loopback(str(st.get_option("server.address") or "")) and (host is None or is_loopback(host))


def current_identity() -> Identity | None:
    """Who asks now; None where nobody has signed in yet, or where the app may not be used without."""
    import streamlit as st

    if is_required(os.environ):
        return signed_in_identity(st.user.to_dict(), Path(os.environ.get(USERS_VARIABLE, "")))
    return local_identity() if _reached_on_loopback() else None
