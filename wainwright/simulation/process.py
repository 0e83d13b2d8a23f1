"""The process that may die: between two statements, or as soon as the gateway has been called.

A crash is no Exception, so that no handler survives it. From then on nothing reaches the database,
as of a process that is gone, until the next one lives; what had begun is rolled back on the way.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

AFTER_CALL = 0  # instead of the number of a statement


class Crash(BaseException):
    """The process is killed here."""


@contextmanager
def living(ledger: Path, dies_at: int | None) -> Iterator[None]:
    """One process. It dies before its statement of that number, or at the first after a call to
    the gateway; or not at all, where it has not that many, or `dies_at` is None."""
    if dies_at is None:
        yield
        return
    with (
        closing(sqlite3.connect(ledger)) as watched,
        connection.execute_wrapper(_Death(watched, dies_at)),
    ):
        yield


@contextmanager
def in_haste() -> Iterator[None]:
    """The machine itself never fails here: nothing need be on the disk when it is said to be."""
    connection_created.connect(_hurry)
    connections.close_all()
    try:
        yield
    finally:
        connection_created.disconnect(_hurry)
        connections.close_all()


def _hurry(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")


class _Death:
    def __init__(self, watched: sqlite3.Connection, dies_at: int) -> None:
        self._watched, self._dies_at = watched, dies_at
        self._books, self._statements, self._dead = self._version(), 0, False

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        self._statements += 1
        if self._dies_at == AFTER_CALL:
            self._dead = self._dead or self._version() != self._books
        else:
            self._dead = self._dead or self._statements >= self._dies_at
        # What the database would do by itself, as nobody holds the transaction any more.
        if self._dead and not sql.startswith(("ROLLBACK", "RELEASE")):
            raise Crash
        return execute(sql, params, many, context)

    def _version(self) -> int:
        """Changes whenever somebody else has written into the vendor's books."""
        version: int = self._watched.execute("PRAGMA data_version").fetchone()[0]
        return version
