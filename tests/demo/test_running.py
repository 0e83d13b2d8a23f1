"""Server and worker of the demo end with it, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.postgres import free_port

pytestmark = pytest.mark.slow

RUN = """
import sys
from wainwright.commands import _install
_install.open_in(sys.argv[1], {"WAINWRIGHT_URL": f"http://127.0.0.1:{sys.argv[2]}"})
_install.ready_database()
from wainwright.demo import running
running.run(int(sys.argv[2]), on_ready=lambda: print("ready", flush=True))
"""


@contextmanager
def running(data: Path) -> Iterator[subprocess.Popen[str]]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("WAINWRIGHT_", "DATABASE_", "DJANGO_"))
    }
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(data), str(free_port())],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert len(processes_on(data)) >= 3
        yield process
    finally:
        process.kill()
        process.communicate()


def processes_on(data: Path) -> list[str]:
    """What runs with the folder on its command line."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(data) in command:
            found.append(command)
    return found


def gone_within(seconds: float, data: Path) -> bool:
    deadline = time.monotonic() + seconds
    while processes_on(data) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes_on(data)


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_of_it_within_ten_seconds(tmp_path: Path, signum: int) -> None:
    with running(tmp_path / "data") as process:
        process.send_signal(signum)
        assert process.wait(10) == 0
        assert gone_within(1, tmp_path / "data")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_killed_demo_leaves_no_orphans(tmp_path: Path) -> None:
    with running(tmp_path / "data") as process:
        process.kill()
        process.wait(5)
        assert gone_within(15, tmp_path / "data")
