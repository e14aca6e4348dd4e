"""Start the app in the foreground. It listens on loopback unless told otherwise and sends nothing anywhere."""

import os
import subprocess
import sys
from pathlib import Path

DATA_VARIABLE = "OVERSIGHT_DATA"
_APP = Path(__file__).with_name("app.py")
GROUNDS = {"light": "#FFFFFF", "dark": "#12181F"}
_OPTIONS = {
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "localhost",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "viewer",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    "theme.light.primaryColor": "#1F5F8B",
    "theme.light.backgroundColor": GROUNDS["light"],
    "theme.light.secondaryBackgroundColor": "#F3F5F7",
    "theme.light.textColor": "#1B2733",
    "theme.dark.primaryColor": "#7FB6DC",
    "theme.dark.backgroundColor": GROUNDS["dark"],
    "theme.dark.secondaryBackgroundColor": "#1C252F",
    "theme.dark.textColor": "#E6EBF0",
}


def command(port: int, address: str) -> list[str]:
    """The program that serves the app."""
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    place = [f"--server.port={port}", f"--server.address={address}"]
    return [sys.executable, "-m", "streamlit", "run", str(_APP), *place, *options]


def environment(data: Path) -> dict[str, str]:
    """The environment of the app: where its publications are."""
    return {**os.environ, DATA_VARIABLE: str(data.absolute())}


def serve(data: Path, port: int = 8501, address: str = "127.0.0.1") -> int:
    """Serve the publications of a data folder until interrupted; the exit code of the server."""
    print(f"The app is at http://{address}:{port}", flush=True)  # noqa: T201 - the address is what the user waits for
    try:
        return subprocess.run(command(port, address), env=environment(data), check=False).returncode
    except KeyboardInterrupt:
        return 0
