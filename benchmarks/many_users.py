"""Many users of the app as the server sees them: no browser, so that on a small machine the server alone is measured.

    python -m benchmarks.many_users DATA [--users 20] [--reading 5]

Each user asks for page after page over the app's own socket, and reads in between. A page is there when the server says
that its script has ended.
"""

import argparse
import asyncio
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from benchmarks.app import PAGES, served


async def _ask(socket: ClientConnection, name: str) -> tuple[float, bool]:
    """Seconds until a page is there, and whether its script ended well."""
    asked = BackMsg()
    asked.rerun_script.page_name = name
    started = time.perf_counter()
    await socket.send(asked.SerializeToString())
    while True:
        told = ForwardMsg()
        told.ParseFromString(bytes(await socket.recv(decode=False)))
        if told.WhichOneof("type") == "script_finished":
            return time.perf_counter() - started, told.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


async def _user(address: str, pages: Sequence[str], reading: float) -> list[tuple[float, bool]]:
    place = address.replace("http", "ws", 1) + "/_stcore/stream"
    answers = []
    async with connect(place, max_size=None, origin=Origin(address)) as socket:
        for name in pages:
            answers.append(await _ask(socket, name))
            await asyncio.sleep(reading)
    return answers


async def _measure(data: Path, users: int, reading: float) -> None:
    with served(data) as server:
        await _user(server.address, PAGES, 0)  # warm
        each = [
            _user(server.address, [*PAGES[number % len(PAGES) :], *PAGES[: number % len(PAGES)]], reading)
            for number in range(users)
        ]
        answers = [answer for user in await asyncio.gather(*each) for answer in user]
        times = sorted(seconds for seconds, _ in answers)
        wrong = sum(not is_well for _, is_well in answers)
        print(
            f"| {users} users at once, reading {reading:g} s, {len(times)} pages, {wrong} errors "
            f"| median {statistics.median(times):.2f} s, 95 % under {times[int(len(times) * 0.95) - 1]:.2f} s, "
            f"longest {times[-1]:.2f} s | {server.peak_gigabytes:.2f} GB |"
        )


def main() -> None:
    """Measure and print a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--reading", type=float, default=5, help="seconds that a user stays on a page")
    given = parser.parse_args()
    asyncio.run(_measure(given.data, given.users, given.reading))


if __name__ == "__main__":
    main()
