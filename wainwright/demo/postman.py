"""A second pair of hands for the letters: drawing their PDFs is most of the work of the seeding."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

ROUND = 20


@contextmanager
def at_work(account_id: int) -> Iterator[None]:
    """Beside what goes on in the block, another process sends the letters as they are written."""
    spawning = multiprocessing.get_context("spawn")
    over = spawning.Event()
    process = spawning.Process(target=carry, args=(account_id, over), daemon=True)
    process.start()
    try:
        yield
    finally:
        over.set()
        process.join(20)
        if process.is_alive():
            process.kill()
            process.join()


def carry(account_id: int, over: Event) -> None:
    """Sends what is waiting, round after round, until it is told to stop or is left alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who told it to begin
    import django

    django.setup()
    from django.db import connection

    from wainwright.core import tenancy
    from wainwright.letters import sending

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # as whoever writes the letters does
    logging.disable(logging.WARNING)  # a name in a script that no font shows is part of the demo
    parent = os.getppid()
    while not over.is_set() and os.getppid() == parent:
        with tenancy.scope(account_id, tenancy.TEST):
            sent = sending.send_waiting(limit=ROUND)
        if not sent:
            over.wait(0.02)
