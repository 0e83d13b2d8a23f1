"""A real install for the stories: web server and worker as processes of their own."""

from __future__ import annotations

import contextlib
import email
import email.policy
import os
import signal
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from typing import IO, Self

import httpx

from tests.postgres import free_port

SECONDS_TO_START = 60
SECONDS_TO_STOP = 15


class Server:
    """`with Server(folder) as server:` runs serve and worker over `folder` until the block ends."""

    def __init__(self, data_dir: Path, **settings: str) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.log = data_dir.with_name(f"{data_dir.name}.log")
        self._environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("WAINWRIGHT_", "DATABASE_", "DJANGO_"))
        } | {"WAINWRIGHT_URL": self.base_url, **settings}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self._start("serve", "--port", str(self.port))
            self._wait_until_healthy()
            self._start("worker")
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def run(self, *arguments: str, expect: int = 0, seconds: float = 120) -> str:
        """Runs a console command over the same data; returns what it printed."""
        done = subprocess.run(
            self._command(*arguments),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
        )
        assert done.returncode == expect, done.stdout
        return done.stdout

    def mails(self, to: str = "") -> list[EmailMessage]:
        """The letters sent so far (to that address), newest last."""
        files = sorted(
            (self.data_dir / "mail").glob("*.eml"),
            key=lambda file: (file.stat().st_mtime_ns, file.name),
        )
        letters = [_parsed(file) for file in files]
        return [letter for letter in letters if to in str(letter["To"])]

    def mail(
        self, to: str, subject: str = "", *, after: int = 0, seconds: float = 30
    ) -> EmailMessage:
        """Waits for a letter to the address whose subject holds the words, and returns the newest.

        `after` is how many such letters there were before: only one more will do.
        """
        deadline = time.monotonic() + seconds
        while True:
            found = [mail for mail in self.mails(to) if subject in str(mail["Subject"])]
            if len(found) > after:
                return found[-1]
            if time.monotonic() > deadline:
                subjects = [str(mail["Subject"]) for mail in self.mails(to)]
                raise AssertionError(f"no letter {subject!r} to {to}; there are {subjects}")
            time.sleep(0.1)

    def stop(self) -> None:
        for process in reversed(self._processes):
            _end(process)
        self._processes.clear()

    def _command(self, name: str, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "wainwright", name, *arguments, "--data", str(self.data_dir)]

    def _start(self, *arguments: str) -> None:
        with self.log.open("ab") as log:
            self._processes.append(self._spawn(self._command(*arguments), log))

    def _spawn(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                if httpx.get(f"{self.base_url}/health/", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            if self._processes[0].poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start:\n{self._tail()}")
            time.sleep(0.1)

    def _tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-4000:]


def _parsed(file: Path) -> EmailMessage:
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(letter, EmailMessage)
    return letter


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the process politely, then with its whole group: a server may leave workers behind."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SECONDS_TO_STOP)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(SECONDS_TO_STOP)
