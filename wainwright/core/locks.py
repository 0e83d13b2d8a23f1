"""One lock for one thing and all that hangs on it, taken before any row's.

Booking a payment takes payment, bill and subscription; cancelling takes them the other way round.
Whoever holds the thing's own lock first never waits in a circle.
"""

from __future__ import annotations

from django.db import connection


def hold(name: str) -> None:
    """Waits for the lock of that name and keeps it until the transaction ends; may be taken twice.

    SQLite lets one transaction write at a time, which is the same lock.
    """
    if connection.vendor == "postgresql" and name:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
