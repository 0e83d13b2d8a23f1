"""Web server and worker as children that end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

import httpx
from django.conf import settings
from django.utils.translation import gettext as _

from wainwright.core import clock
from wainwright.core.errors import Refused
from wainwright.core.lineage import end_with

SECONDS_TO_START = 60
SECONDS_TO_STOP = 6  # what is cut off then is taken up at the next start

type Child = subprocess.Popen[bytes]


def run(port: int, on_ready: Callable[[], None]) -> None:
    """Runs until a signal comes, or until one of the two ends by itself, which is refused.

    Nothing of ours is left when it returns.
    """
    stop = threading.Event()
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda *_: stop.set())
    with started(port, stop) as children:
        if not stop.is_set():
            on_ready()
        while not stop.wait(0.5):
            _refuse_if_ended(children)


@contextmanager
def started(port: int, stop: threading.Event | None = None) -> Iterator[list[Child]]:
    """Both of them until the block ends; they answer, unless `stop` was set before they did."""
    stop = stop or threading.Event()
    children: list[Child] = []
    try:
        children += [_start("serve", "--port", str(port)), _start("worker")]
        deadline = clock.monotonic() + SECONDS_TO_START
        while not stop.is_set() and not _answers(port):
            _refuse_if_ended(children)
            if clock.monotonic() > deadline:
                raise Refused(_("The server did not answer within a minute; please try again."))
            stop.wait(0.1)
        yield children
    finally:
        _end(children)


def _start(*arguments: str) -> Child:
    """In a session of its own, so that Ctrl-C reaches us alone and we end it in good order."""
    return subprocess.Popen(
        [sys.executable, "-m", "wainwright", *arguments, "--data", str(settings.DATA)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=partial(end_with, os.getpid(), signal.SIGTERM),
    )


def _answers(port: int) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/health/", timeout=5, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == httpx.codes.OK


def _refuse_if_ended(children: list[Child]) -> None:
    for child in children:
        if child.poll() is not None:
            raise Refused(_("A part of the demo ended by itself; its reason stands above."))


def _end(children: list[Child]) -> None:
    """Asks, waits, and then ends whatever is left, with all that it started."""
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = clock.monotonic() + SECONDS_TO_STOP
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(max(0.1, deadline - clock.monotonic()))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
