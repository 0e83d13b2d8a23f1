"""One lock for one thing and all that hangs on it, taken before any row's.

Booking a payment takes payment, bill and subscription; cancelling takes them the other way round.
Whoever holds the thing's own lock first never waits in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(name, 0)) FROM unnest(%s::text[]) AS name"


def hold(names: Iterable[str | None]) -> None:
    """Waits for the locks of these names and keeps them until the transaction ends; a lock may be
    taken twice. Several are taken in the order of their names, so that nobody waits in a circle.

    SQLite lets one transaction write at a time, which is the same lock; there the names, which may
    be a query, are not even asked for.
    """
    if connection.vendor != "postgresql":
        return
    wanted = sorted(set(filter(None, names)))
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_LOCK, [wanted])
