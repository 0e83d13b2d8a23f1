"""Real processes of one install, killed and started again: several web servers, several workers."""

from __future__ import annotations

import json
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx
from cryptography.fernet import Fernet

from tests.postgres import free_port
from wainwright.core.lineage import end_with

SECONDS_TO_ANSWER = 90
SECONDS_TO_BEGIN = 2
SECONDS_OF_AN_ACT = 1800


class Fleet:
    """`with Fleet(folder, settings) as fleet:` runs webs and workers until the block ends.

    Each is a process in a session of its own, as a supervisor would start it. What ended is
    started again by `mend`.
    """

    def __init__(
        self, folder: Path, settings: Mapping[str, str], *, webs: int = 2, workers: int = 2
    ) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self.ports = [free_port() for _ in range(webs)]
        self.environment = _bare() | {
            "WAINWRIGHT_URL": f"http://127.0.0.1:{(self.ports or [8000])[0]}",
            "WAINWRIGHT_SECRET_KEY": "k" * 40,
            "WAINWRIGHT_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            **settings,
        }
        self._commands = {
            **{f"web{n}": ("serve", "--port", str(port)) for n, port in enumerate(self.ports)},
            **{f"worker{n}": ("worker",) for n in range(workers)},
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}
        self._insider: subprocess.Popen[str] | None = None
        self._one_act = threading.Lock()

    def __enter__(self) -> Self:
        try:
            if "DATABASE_MIGRATE_URL" in self.environment:
                self.run("migrate")
            self._insider = self._start_insider()
            self.shop = self.inside("stage")
            self.mend()
            self.wait_until_healthy()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill(*self.names())
        self._end_insider()

    def names(self, kind: str = "") -> list[str]:
        return [name for name in self._commands if name.startswith(kind)]

    def mend(self, *names: str) -> None:
        """Starts what is not running, as a supervisor does, and waits for nothing."""
        for name in names or self.names():
            process = self.processes.get(name)
            if process is None or process.poll() is not None:
                self.processes[name] = self._start(*self._commands[name])
                self._started[name] = time.monotonic()

    def is_up(self, name: str) -> bool:
        """It is at work by now: a server answers, a worker had the time to begin."""
        process = self.processes.get(name)
        if process is None or process.poll() is not None:
            return False
        if name.startswith("worker"):
            return time.monotonic() - self._started[name] > SECONDS_TO_BEGIN
        return healthy(self.ports[self.names("web").index(name)])

    def kill(self, *names: str) -> int:
        """`kill -9`: the processes themselves and nobody else; what they started must end too.

        How many of them were alive.
        """
        found = [self.processes.pop(name) for name in names if name in self.processes]
        alive = [process for process in found if process.poll() is None]
        for process in alive:
            process.kill()
        for process in alive:
            process.wait(10)
        return len(alive)

    def kill_a_child(self, name: str) -> int:
        """The process that answers, behind the one that watches over it; 0 if there is none."""
        found = children(self.processes[name].pid) if name in self.processes else []
        for child in found[:1]:
            os.kill(child, signal.SIGKILL)
        return len(found[:1])

    def sleep(self) -> None:
        """Nothing runs and holds the database any more, until `wake`."""
        self.kill(*self.names())
        self._end_insider()

    def wake(self) -> None:
        self._insider = self._start_insider()
        self.mend()
        self.wait_until_healthy()

    def stop(self, name: str) -> None:
        """SIGSTOP: frozen in whatever it is doing, with what it started."""
        self._signal(name, signal.SIGSTOP)

    def resume(self, name: str) -> None:
        self._signal(name, signal.SIGCONT)

    def _signal(self, name: str, signum: signal.Signals) -> None:
        process = self.processes[name]
        if process.poll() is None:
            for pid in (process.pid, *children(process.pid)):
                with suppress(ProcessLookupError):
                    os.kill(pid, signum)

    def run(self, *arguments: str, expect: int = 0) -> str:
        """A console command over the same data; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "wainwright", *arguments, "--data", str(self.data)],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS_OF_AN_ACT,
        )
        assert done.returncode == expect, f"{arguments}: {done.stdout}\n{self.tail()}"
        return done.stdout

    def inside(self, act: str) -> Any:
        """What one of the acts in tests.faults.inside answers; one act at a time."""
        assert self._insider is not None
        assert self._insider.stdin is not None
        assert self._insider.stdout is not None
        with self._one_act:
            self._insider.stdin.write(f"{act}\n")
            self._insider.stdin.flush()
            came, _, _ = select.select([self._insider.stdout], [], [], SECONDS_OF_AN_ACT)
            assert came, f"{act} does not end:\n{self.tail()}"
            answer = self._insider.stdout.readline()
        assert answer, f"{act} failed:\n{self.tail()}"
        return json.loads(answer)

    def any_port(self, chance: random.Random) -> int:
        return chance.choice(self.ports)

    def wait_until_healthy(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        for port in self.ports:
            while not healthy(port):
                assert time.monotonic() < deadline, f"no answer:\n{self.tail()}"
                self.mend()
                time.sleep(0.2)

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-6000:]

    def _start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "wainwright", *arguments, "--data", str(self.data)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(end_with, os.getpid()),  # nothing outlives the tests
            )

    def _start_insider(self) -> subprocess.Popen[str]:
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.faults.inside", str(self.data)],
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def _end_insider(self) -> None:
        if self._insider is not None:
            self._insider.kill()
            self._insider.communicate()


def healthy(port: int) -> bool:
    return asks(port) == 200


def asks(port: int, path: str = "/health/") -> int:
    """The status of an answer; 0 where nobody answers."""
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", timeout=40).status_code
    except httpx.TransportError:
        return 0


def children(parent: int) -> list[int]:
    task = Path(f"/proc/{parent}/task/{parent}/children")
    return [int(child) for child in task.read_text().split()] if task.exists() else []


def _bare() -> dict[str, str]:
    """The tests' environment without an install's settings."""
    ours = ("WAINWRIGHT_", "DATABASE_", "DJANGO_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
