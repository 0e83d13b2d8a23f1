"""`wainwright serve`: the web server.

The first process binds the port and watches the others. They alone open the install, so that it is
in memory once for each of them and not once more.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import select
import signal
import socket
import threading
import time
from functools import partial
from multiprocessing import active_children
from types import FrameType
from typing import Any

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from wainwright.commands import _install
from wainwright.core import memory
from wainwright.core.errors import Refused
from wainwright.core.lineage import end_with

SECONDS_TO_FINISH = 5  # what requests under way get after a signal
SECONDS_AT_MOST = 8  # then everything of ours ends, whatever it is doing


def run(options: argparse.Namespace) -> int:
    """Answers until a signal comes, then ends: at once where it can, in eight seconds at most."""
    memory.share_pool()
    refuse_taken(options.host, options.port)
    news = News()
    server = Granian(
        "wainwright.wsgi:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=options.workers,
        blocking_threads=min(4, 2 * (os.cpu_count() or 1) + 1),
        websockets=False,
        log_level=LogLevels.warning,
        log_access=False,  # addresses hold ways in
        respawn_failed_workers=True,
        workers_kill_timeout=SECONDS_TO_FINISH,
    )
    server.on_startup(_end_in_time)
    server.serve(target_loader=partial(_application, os.getpid(), news), wrap_loader=False)
    news.raise_refusal()
    return 0


class News:
    """What server processes tell the first one: that the install is open, or why it cannot be."""

    def __init__(self) -> None:
        self._untold, tell = os.pipe()  # one byte, until the first of them has opened the install
        self._refusals, self._refuse = os.pipe()
        os.write(tell, b"!")
        for pipe in (self._untold, self._refusals):
            os.set_blocking(pipe, False)

    @property
    def opened(self) -> bool:
        return not select.select([self._untold], [], [], 0)[0]

    def tell_once(self, sentence: str) -> None:
        """Prints it for the first of all processes, and never again."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._untold, 1)
            print(sentence, flush=True)

    def refuse(self, message: str) -> None:
        os.write(self._refuse, f"{message}\0".encode())

    def raise_refusal(self) -> None:
        """Raises what was refused first, if anything was."""
        with contextlib.suppress(BlockingIOError):
            raise Refused(os.read(self._refusals, 10_000).decode().partition("\0")[0])


def _application(main: int, news: News) -> Any:
    """What a server process answers with. It ends with `main`, even if that is killed, and leaves
    a terminal's Ctrl-C to it: told by both to stop, the server would wait until it is killed.
    """
    end_with(main)
    os.setsid()
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # `main`'s handler is of no use while we load
    try:
        application = _open(news)
    except Refused as refusal:
        news.refuse(refusal.message)
        os.kill(main, signal.SIGTERM)
        signal.pause()  # until `main` ends us: an end of our own would look like a crash
    news.tell_once(f"Wainwright answers at {os.environ['WAINWRIGHT_URL']}")
    return application


def _open(news: News) -> Any:
    """The application over the install, every view loaded.

    One that takes the place of a process that died serves whatever it finds: while the database
    is away, it says so to each visitor.
    """
    import django

    django.setup()
    from django.conf import settings
    from django.core.servers.basehttp import get_internal_wsgi_application
    from django.db import connections
    from django.urls import get_resolver

    from wainwright.web import loading

    if not news.opened:
        _install.ready_database()
        connections.close_all()  # each thread opens its own
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    application = get_internal_wsgi_application()
    get_resolver().url_patterns  # noqa: B018  loads every route
    loading.load_all()
    memory.keep_what_is_loaded()
    return application


def refuse_taken(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise Refused(
            f"Cannot listen on {host}:{port} ({error.strerror}). Choose another with --port."
        ) from None


def _end_in_time() -> None:
    """Puts a limit behind the server's own handlers, which may wait for a process that hangs."""
    for signum in (signal.SIGTERM, signal.SIGINT):
        before = signal.getsignal(signum)

        def handle(number: int, frame: FrameType | None, before: object = before) -> None:
            threading.Thread(target=_end_all, daemon=True).start()
            if callable(before):
                before(number, frame)

        signal.signal(signum, handle)


def _end_all() -> None:
    time.sleep(SECONDS_AT_MOST)
    for child in active_children():
        child.kill()
    os._exit(1)
