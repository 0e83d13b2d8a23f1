"""`wainwright worker`: tasks, the sweep, and the hourly look at the invariants."""

from __future__ import annotations

import argparse
import io
import logging
import os
import threading
from collections.abc import Callable

from django.core.management import call_command
from django.db import close_old_connections, connections
from django_ox.management.commands.ox_worker import install_stop_handlers
from django_ox.worker import Worker

from wainwright import wiring
from wainwright.commands import _install
from wainwright.core import clock
from wainwright.reports import invariants

log = logging.getLogger(__name__)

SWEEP_SECONDS = 20
HOUR = 3600
SECONDS_AT_MOST = 8


def run(options: argparse.Namespace) -> int:
    """Works until a signal comes, then finishes what is under way, for eight seconds at most."""
    _install.ready_database()
    chores = Chores({SWEEP_SECONDS: [wiring.sweep], HOUR: [forget_done_tasks, watch_invariants]})
    worker = PunctualWorker(concurrency=options.concurrency, poll_interval=0.5)
    retire = install_stop_handlers(worker)
    chores.start()
    worker.run()
    chores.stop.set()
    chores.join()
    retire()
    return 0


class PunctualWorker(Worker):
    """Ends in time, even if a task does not; the task is taken up again when its lease ends."""

    def request_stop(self) -> None:
        super().request_stop()
        limit = threading.Timer(SECONDS_AT_MOST, os._exit, [0])
        limit.daemon = True
        limit.start()


class Chores(threading.Thread):
    """What recurs, in a thread of its own so that no amount of tasks can hold it up."""

    def __init__(self, table: dict[int, list[Callable[[], object]]]) -> None:
        super().__init__(name="chores", daemon=True)
        self.stop = threading.Event()
        self._table = table
        self._due = dict.fromkeys(table, clock.monotonic())

    def run(self) -> None:
        while not self.stop.is_set():
            for seconds, chores in self._table.items():
                if clock.monotonic() >= self._due[seconds]:
                    self._due[seconds] = clock.monotonic() + seconds
                    for chore in chores:
                        self._do(chore)
            self.stop.wait(max(0.1, min(self._due.values()) - clock.monotonic()))
        connections.close_all()

    def _do(self, chore: Callable[[], object]) -> None:
        if self.stop.is_set():
            return
        close_old_connections()
        try:
            chore()
        except Exception:
            log.exception("%s failed and is tried again", getattr(chore, "__name__", chore))
            close_old_connections()


def forget_done_tasks() -> None:
    call_command("ox_prune", older_than="2d", stdout=io.StringIO())


def watch_invariants() -> None:
    """All invariants, hourly; what is broken stands in the log until somebody mends it."""
    for verdict in invariants.evaluate():
        for broken in verdict.broken:
            log.error("invariant %s is broken: %s", verdict.invariant.id, broken)
