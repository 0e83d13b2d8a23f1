"""`wainwright serve`: the web server."""

from __future__ import annotations

import argparse
import gc
import os
import signal
import socket
import threading
import time
from functools import partial
from multiprocessing import active_children
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connections
from django.urls import get_resolver
from django.utils.translation import gettext as _
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from wainwright.commands import _install
from wainwright.core.errors import Refused
from wainwright.core.lineage import end_with

SECONDS_TO_FINISH = 5  # what requests under way get after a signal
SECONDS_AT_MOST = 8  # then everything of ours ends, whatever it is doing


def run(options: argparse.Namespace) -> int:
    """Answers until a signal comes, then ends: at once where it can, in eight seconds at most."""
    _install.ready_database()
    refuse_taken(options.host, options.port)
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # whitenoise warns where it is missing
    connections.close_all()  # a server process opens its own
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
    print(_("Wainwright answers at %(url)s") % {"url": settings.URL}, flush=True)
    server.serve(target_loader=partial(_application, os.getpid()), wrap_loader=False)
    return 0


def _application(main: int) -> Any:
    """What a server process answers with. It ends with `main`, even if that is killed, and leaves
    a terminal's Ctrl-C to it: told by both to stop, the server would wait until it is killed."""
    end_with(main)
    os.setsid()
    application = get_internal_wsgi_application()
    _spare_the_collector()
    return application


def _spare_the_collector() -> None:
    """What is loaded stays: looking it through for garbage took a sixth of every page."""
    get_resolver().url_patterns  # noqa: B018  loads every view
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def refuse_taken(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise Refused(
            _("Cannot listen on %(host)s:%(port)s (%(reason)s). Choose another with --port.")
            % {"host": host, "port": port, "reason": error.strerror}
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
