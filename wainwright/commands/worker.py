"""`wainwright worker`: tasks, the sweep, and the hourly look at the invariants."""

from __future__ import annotations

import argparse
import io
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.management import call_command
from django.db import close_old_connections, connections
from django_ox.management.commands.ox_worker import install_stop_handlers
from django_ox.worker import Worker

from wainwright import wiring
from wainwright.commands import _install
from wainwright.core import clock, driver, memory
from wainwright.reports import invariants

log = logging.getLogger(__name__)

SWEEP_SECONDS = 20
HOUR = 3600
SETTLED = 300  # what is costly waits until a start, or a row of starts, is over
SECONDS_AT_MOST = 8


def run(options: argparse.Namespace) -> int:
    """Works until a signal comes, then finishes what is under way, for eight seconds at most."""
    memory.share_pool()
    _install.ready_database()
    wiring.begin()
    chores = Chores(
        [
            Chore(wiring.sweep, every=SWEEP_SECONDS),
            Chore(driver.count_rows, every=HOUR),
            Chore(forget_done_tasks, every=HOUR, first_after=SETTLED),
            Chore(watch_invariants, every=HOUR, first_after=SETTLED),
        ]
    )
    memory.keep_what_is_loaded()
    worker = Worker(concurrency=options.concurrency, poll_interval=0.5)
    retire = install_stop_handlers(worker)
    end_in_time()
    chores.start()
    worker.run()
    chores.stop.set()
    chores.join()
    retire()
    return 0


def end_in_time() -> None:
    """Limits what follows a signal: a task not done by then is taken up when its lease ends.

    A thread hears of it, for while the main one waits for the database Python runs no handlers.
    """
    heard, hear = os.pipe()
    os.set_blocking(hear, False)
    signal.set_wakeup_fd(hear)
    threading.Thread(target=_end_after, args=[heard], daemon=True).start()


def _end_after(heard: int) -> None:
    while os.read(heard, 1)[0] not in (signal.SIGTERM, signal.SIGINT):
        pass
    time.sleep(SECONDS_AT_MOST)
    os._exit(0)


@dataclass
class Chore:
    """Work that recurs, every so many seconds, for the first time `first_after` the start."""

    work: Callable[[], object]
    every: float
    first_after: float = 0
    due: float = field(init=False)

    def __post_init__(self) -> None:
        self.due = clock.monotonic() + self.first_after


class Chores(threading.Thread):
    """What recurs, in a thread of its own so that no amount of tasks can hold it up."""

    def __init__(self, table: list[Chore]) -> None:
        super().__init__(name="chores", daemon=True)
        self.stop = threading.Event()
        self._table = table

    def run(self) -> None:
        while not self.stop.is_set():
            for chore in self._table:
                if clock.monotonic() >= chore.due:
                    chore.due = clock.monotonic() + chore.every
                    self._do(chore.work)
            soonest = min(chore.due for chore in self._table)
            self.stop.wait(max(0.1, soonest - clock.monotonic()))
        connections.close_all()

    def _do(self, work: Callable[[], object]) -> None:
        if self.stop.is_set():
            return
        close_old_connections()
        try:
            work()
        except Exception:
            log.exception("%s failed and is tried again", getattr(work, "__name__", work))
            close_old_connections()


def forget_done_tasks() -> None:
    call_command("ox_prune", older_than="2d", stdout=io.StringIO())


def watch_invariants() -> None:
    """All invariants, hourly; what is broken stands in the log until somebody mends it."""
    for verdict in invariants.evaluate():
        for broken in verdict.broken:
            log.error("invariant %s is broken: %s", verdict.invariant.id, broken)
