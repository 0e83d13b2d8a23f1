"""Statements that are made once and run often, handed to the database's driver directly."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from types import ModuleType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def current() -> BaseDatabaseWrapper:
    """This thread's connection itself: asking Django's stand-in for it a hundred times is slow."""
    return connections[DEFAULT_DB_ALIAS]


def on_sqlite() -> bool:
    return bool(current().vendor == "sqlite")


def count_rows() -> None:
    """Tells SQLite how many rows there are of what, a glance at each index; PostgreSQL knows.

    Without, it takes every account for a small one, and reads all of its rows to find a few.
    """
    if on_sqlite():
        with current().cursor() as cursor:
            cursor.execute("PRAGMA analysis_limit=400")
            cursor.execute("ANALYZE")


def run(statement: str, params: Sequence[Any]) -> Any:
    """Runs a statement with %s for each parameter; the cursor has its rows.

    Past Django's wrappers where they do nothing, and through them where somebody listens. Errors
    are Django's.
    """
    connection = current()
    if connection.execute_wrappers or connection.queries_logged:
        cursor = connection.cursor()
        cursor.execute(statement, params)
        return cursor
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            return connection.connection.execute(_with_question_marks(statement), params)
        # Django's cursors write values into the text, and the server plans each anew.
        return _planned().ask(connection.connection, statement, params)


@cache
def _planned() -> ModuleType:
    from wainwright.core import planned  # only where there is psycopg

    return planned


_marked: dict[str, str] = {}


def _with_question_marks(statement: str) -> str:
    found = _marked.get(statement)
    if found is None:
        found = _marked[statement] = statement.replace("%s", "?").replace("%%", "%")
    return found
