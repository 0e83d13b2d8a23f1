"""The database server's own processor time, where it runs on this machine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg

from wainwright.bench.homes import POSTGRESQL, Home
from wainwright.bench.serving import cpu_of, family


def meter(home: Home) -> Callable[[], float | None]:
    """Seconds until now of the whole server; None for SQLite, or a server elsewhere."""
    postmaster = _postmaster(home) if home.kind == POSTGRESQL else None

    def read() -> float | None:
        return sum(cpu_of(pid) for pid in family(postmaster)) if postmaster else None

    return read


def _postmaster(home: Home) -> int | None:
    with psycopg.connect(home.environment["DATABASE_MIGRATE_URL"]) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        status = Path(f"/proc/{row[0]}/status")
        if not status.exists() or "postgres" not in status.read_text().partition("\n")[0]:
            return None
        parent = next(line for line in status.read_text().splitlines() if line.startswith("PPid"))
        return int(parent.split()[1])
