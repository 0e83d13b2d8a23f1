"""One lock for one thing and all that hangs on it, taken before any row's.

Booking a payment takes payment, bill and subscription; cancelling takes them the other way round.
Whoever holds the thing's own lock first never waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection


def hold(names: Iterable[str]) -> None:
    """Waits for the locks of these names and keeps them until the transaction ends; a lock may be
    taken twice.

    SQLite lets one transaction write at a time, which is the same lock; there the names, which may
    be a query, are not even asked for.
    """
    if connection.vendor != "postgresql":
        return
    for name in filter(None, names):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
