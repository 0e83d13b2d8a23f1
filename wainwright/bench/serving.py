"""`wainwright serve` under measurement: its answers, its processor time, its memory."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from wainwright.bench.homes import Home
from wainwright.core.ports import free_port
from wainwright.invoicing.drawing import PRESS as PRESS_PROGRAM

TICKS = os.sysconf("SC_CLK_TCK")
PRESS = str(PRESS_PROGRAM)
SECONDS_TO_START = 60
SECONDS_TO_STOP = 15


class Process:
    """A command of the product over one home, with every process it starts."""

    def __init__(self, home: Home, *arguments: str, **settings: str) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-m", "wainwright", *arguments],
            env={**home.environment, **settings},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    @property
    def alive(self) -> bool:
        return self._popen.poll() is None

    def pids(self) -> list[int]:
        return family(self._popen.pid)

    def cpu(self) -> float:
        """Seconds of processor time of all of them until now, user and system."""
        return sum(cpu_of(pid) for pid in self.pids())

    def resident(self) -> float:
        """Their resident memory in megabytes (10^6 bytes)."""
        return sum(resident(pid) for pid in self.pids())

    def proportional(self) -> float:
        """The same, but of a page that several processes share each counts its part."""
        return sum(_proportional(pid) for pid in self.pids())

    def alone(self) -> float:
        """The first process's own."""
        return resident(self._popen.pid)

    def presses(self) -> list[int]:
        """Those of them that draw documents, which live while there is something to draw."""
        return [pid for pid in self.pids() if PRESS in _command(pid)]

    def stop(self) -> float:
        """Ends it by SIGTERM; returns how many seconds the last of its processes took."""
        pids, began = self.pids(), time.monotonic()
        self._popen.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(SECONDS_TO_STOP)
        while any(_lives(pid) for pid in pids) and time.monotonic() < began + SECONDS_TO_STOP:
            time.sleep(0.02)
        took = time.monotonic() - began
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, signal.SIGKILL)
        self._popen.wait(SECONDS_TO_STOP)
        return took


class Server(Process):
    """`serve`, and one kept connection to it."""

    def __init__(self, home: Home) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        super().__init__(home, "serve", "--port", str(self.port), WAINWRIGHT_URL=self.url)

    def wait(self) -> float:
        """Until it answers; returns the seconds that took."""
        began = time.monotonic()
        while time.monotonic() < began + SECONDS_TO_START:
            try:
                if self.connect().status("/health/") == 200:
                    return time.monotonic() - began
            except OSError:
                if not self.alive:
                    break
                time.sleep(0.01)
        raise SystemExit("the server did not start")

    def connect(self) -> Connection:
        return Connection(self.port)


class Connection:
    """A kept connection, as a browser's."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._host = f"127.0.0.1:{port}"

    def status(self, path: str, cookie: str = "") -> int:
        return self.get(path, cookie)[0]

    def get(self, path: str, cookie: str = "") -> tuple[int, bytes, http.client.HTTPMessage]:
        return self.ask("GET", path, cookie=cookie)

    def ask(
        self, method: str, path: str, *, cookie: str = "", body: bytes | None = None
    ) -> tuple[int, bytes, http.client.HTTPMessage]:
        headers = {"Host": self._host, "Accept-Language": "en"}
        if cookie:
            headers["Cookie"] = cookie
        self._http.request(method, path, body, headers)
        answer = self._http.getresponse()
        return answer.status, answer.read(), answer.headers


@contextlib.contextmanager
def serving(home: Home) -> Iterator[Server]:
    server = Server(home)
    try:
        server.wait()
        yield server
    finally:
        server.stop()


def family(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for each in found:
        for task in Path(f"/proc/{each}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(child) for child in task.read_text().split()]
    return found


def cpu_of(pid: int) -> float:
    """Seconds of processor time of a process and of its children that ended; 0 where it is gone."""
    seconds = 0.0
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        seconds += sum(int(field) for field in fields[13:15]) / TICKS
    # Its own to the nanosecond: a turn is shorter than a few ticks of the clock.
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        with contextlib.suppress(OSError):
            seconds += int(task.read_text().split()[0]) / 1e9
    return seconds


def resident(pid: int) -> float:
    """Megabytes of one process; 0 where it is gone."""
    try:
        return (
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
        )
    except OSError:
        return 0.0


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text()
    return ""


def _proportional(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def _lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
