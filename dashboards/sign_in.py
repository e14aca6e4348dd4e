"""Sign-in by OpenID Connect: settings from the environment, handed to Streamlit in a file that only its process reads."""

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from dashboards.addresses import is_loopback

# What the app's process is told; it does not get the secrets in its environment.
REQUIRED_VARIABLE = "OVERSIGHT_SIGN_IN"
VARIABLES = {
    "client_id": "OVERSIGHT_OIDC_CLIENT_ID",
    "client_secret": "OVERSIGHT_OIDC_CLIENT_SECRET",
    "server_metadata_url": "OVERSIGHT_OIDC_METADATA_URL",
    "cookie_secret": "OVERSIGHT_OIDC_COOKIE_SECRET",
    "redirect_uri": "OVERSIGHT_OIDC_REDIRECT_URI",
}
CALLBACK = "/oauth2callback"
# 32 bytes are what HMAC-SHA256 of the cookie needs to be as strong as its hash.
_COOKIE_SECRET_LENGTH = 32


class SignInProblem(Exception):
    """The app would not be safe as it is set up; the message says what to set."""


@dataclass(frozen=True)
class SignIn:
    """The settings of one provider, as Streamlit names them."""

    client_id: str
    client_secret: str
    server_metadata_url: str
    cookie_secret: str
    redirect_uri: str

    def __repr__(self) -> str:
        """Without the secrets: what is shown in a log or a traceback is read by many."""
        return f"SignIn(client_id={self.client_id!r}, server_metadata_url={self.server_metadata_url!r})"

    def secrets(self) -> str:
        """Streamlit's secrets, as TOML. A JSON text without control characters is a TOML text."""
        lines = (f"{name} = {json.dumps(getattr(self, name), ensure_ascii=False)}" for name in VARIABLES)
        return "[auth]\n" + "\n".join(lines) + "\n"


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    )


def settings(environ: Mapping[str, str]) -> SignIn | None:
    """The settings; None where none of them is set. Raises `SignInProblem` where they are not whole."""
    given = {name: environ.get(variable, "").strip() for name, variable in VARIABLES.items()}
    if not any(given.values()):
        return None
    missing = [VARIABLES[name] for name, value in given.items() if not value]
    if missing:
        raise SignInProblem(f"sign-in is configured in part; also set: {', '.join(missing)}")
    broken = [VARIABLES[name] for name, value in given.items() if re.search(r"[\x00-\x1f\x7f]", value)]
    if broken:
        raise SignInProblem(f"no line breaks or control characters in: {', '.join(broken)}")
    if len(given["cookie_secret"]) < _COOKIE_SECRET_LENGTH:
        raise SignInProblem(f"{VARIABLES['cookie_secret']} needs {_COOKIE_SECRET_LENGTH} characters or more, by chance")
    if urlsplit(given["redirect_uri"]).path[-len(CALLBACK) :] != CALLBACK:
        raise SignInProblem(f"{VARIABLES['redirect_uri']} is the app's own address followed by {CALLBACK}")
    for name in ("server_metadata_url", "redirect_uri"):
        if not _is_safe(given[name]):
            raise SignInProblem(f"{VARIABLES[name]} must begin with https:// (http:// only on loopback)")
    return SignIn(**given)


def is_required(environ: Mapping[str, str]) -> bool:
    """Whether the app's process was told that users sign in."""
    return environ.get(REQUIRED_VARIABLE) == "oidc"


def _runtime_place() -> Path | None:
    """Where the system keeps what lives as long as a login: in memory, for the user alone. None: its temporary folder."""
    place = os.environ.get("XDG_RUNTIME_DIR")
    return Path(place) if place and Path(place).is_dir() else None


@contextmanager
def secrets_file(sign_in: SignIn) -> Iterator[Path]:
    """Streamlit's secrets in a file that only this user can read, for as long as the app runs."""
    folder = Path(tempfile.mkdtemp(prefix="oversight-", dir=_runtime_place()))  # mode 700
    try:
        path = folder / "secrets.toml"
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(sign_in.secrets())
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
