"""Start the app in the foreground. It listens on loopback, or, where users sign in, where it is told to."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType

from dashboards.addresses import is_loopback
from dashboards.identity import local_identity
from dashboards.sign_in import CALLBACK, REQUIRED_VARIABLE, VARIABLES, SignIn, SignInProblem, secrets_file, settings
from dashboards.users import USERS_VARIABLE, load_users

DATA_VARIABLE = "OVERSIGHT_DATA"
_APP = Path(__file__).with_name("app.py")
GROUNDS = {"light": "#FFFFFF", "dark": "#12181F"}
_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "localhost",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    # The language has a default and is also restored from the address, which is what is meant.
    "global.disableWidgetStateDuplicationWarning": "true",
    # Said here, so that nothing in the environment or in the user's home opens another door or lets a header name the user.
    "server.enableAgentApi": "false",
    "server.enableStaticServing": "false",
    "server.trustedUserHeaders": "{}",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "theme.metricValueFontSize": "1.75rem",
    "theme.light.primaryColor": "#1F5F8B",
    "theme.light.backgroundColor": GROUNDS["light"],
    "theme.light.secondaryBackgroundColor": "#F3F5F7",
    "theme.light.textColor": "#1B2733",
    "theme.dark.primaryColor": "#3B82C4",
    "theme.dark.backgroundColor": GROUNDS["dark"],
    "theme.dark.secondaryBackgroundColor": "#1C252F",
    "theme.dark.textColor": "#E6EBF0",
}


def command(port: int, address: str, secrets: Path | None = None) -> list[str]:
    """The program that serves the app. Secrets come from the given file or not at all: not from a file that happens to
    lie in the user's home or where the program is started."""
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    place = [f"--server.port={port}", f"--server.address={address}", f"--secrets.files={secrets or os.devnull}"]
    return [sys.executable, "-m", "dashboards.server", "run", str(_APP), *place, *options]


def environment(data: Path, sign_in: bool = False) -> dict[str, str]:
    """The environment of the app: where its publications are, whether users sign in, and none of the secrets."""
    kept = {name: value for name, value in os.environ.items() if name not in VARIABLES.values()}
    kept.pop(REQUIRED_VARIABLE, None)
    return {**kept, DATA_VARIABLE: str(data.absolute()), **({REQUIRED_VARIABLE: "oidc"} if sign_in else {})}


def _checked(address: str) -> SignIn | None:
    """The settings of sign-in, if any. Raises `SignInProblem` or `UsersProblem` where others could get in unasked."""
    found = settings(os.environ)
    users = os.environ.get(USERS_VARIABLE)
    if found is None:
        if not is_loopback(address):
            raise SignInProblem(
                f"{address} can be reached from other machines, and sign-in is not configured: set "
                f"{', '.join(VARIABLES.values())} and {USERS_VARIABLE}, or serve on 127.0.0.1"
            )
        if users:
            raise SignInProblem(
                f"{USERS_VARIABLE} names users, but sign-in is not configured: nobody can prove who it is"
            )
        return None
    if not users:
        raise SignInProblem(f"sign-in is configured, but nobody is listed: let {USERS_VARIABLE} name the file of users")
    load_users(Path(users))
    return found


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - what the user waits for


def _run(arguments: list[str], given: dict[str, str]) -> int:
    """Run the server until it ends; an end that is asked of this program is asked of the server too."""
    with subprocess.Popen(arguments, env=given) as process:

        def end(_signal: int, _frame: FrameType | None) -> None:
            process.terminate()

        before = signal.signal(signal.SIGTERM, end)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            return 0
        finally:
            signal.signal(signal.SIGTERM, before)


def serve(data: Path, port: int = 8501, address: str = "127.0.0.1") -> int:
    """Serve the publications of a data folder until interrupted; the exit code of the server.

    Raises `SignInProblem` or `UsersProblem`, before anything listens.
    """
    sign_in = _checked(address)
    if sign_in is None:
        _say(f"The app is at http://{address}:{port}")
        _say(
            f"Sign-in is not configured: only this machine can reach the app, as {local_identity().user} with all roles."
        )
        return _run(command(port, address), environment(data))
    with secrets_file(sign_in) as secrets:
        _say(f"The app is at {sign_in.redirect_uri.removesuffix(CALLBACK)}, listening on {address}:{port}")
        return _run(command(port, address, secrets), environment(data, sign_in=True))
