"""Processor time of this process and of the database's server, and what is resident."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from wainwright.bench import database_cpu
from wainwright.bench.homes import POSTGRESQL, SQLITE, Home


def meter() -> Callable[[], float]:
    """Seconds until now of both together; of a server elsewhere nothing is known."""
    kind = SQLITE if settings.EMBEDDED else POSTGRESQL
    database = database_cpu.meter(Home(kind, settings.DATA, os.environ))
    return lambda: time.process_time() + (database() or 0)


def megabytes() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
