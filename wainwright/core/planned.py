"""Statements that PostgreSQL plans once for each connection, sent by libpq itself.

psycopg's cursors serve every case and take three times as long for the one that a page meets a
dozen times: a known statement, its values, all of its rows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import Any

import psycopg
from psycopg import errors, pq
from psycopg.adapt import PyFormat, Transformer

# The others are many of a kind, each for another number of rows.
MOST_KEPT = 500

_names = count(1)
_numbered: dict[str, bytes] = {}


class _Known:
    """What was planned on a connection, and what turns values there into the server's and back."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.names: dict[object, bytes] = {}
        self.adapting = Transformer(connection)


class Answer:
    """What a statement gave: its rows, fetched once, or how many rows it changed."""

    __slots__ = ("_rows", "rowcount")

    def __init__(self, rows: list[tuple[Any, ...]], rowcount: int) -> None:
        self._rows, self.rowcount = rows, rowcount

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self._rows

    def fetchone(self) -> tuple[Any, ...] | None:
        return self._rows[0] if self._rows else None


def ask(connection: psycopg.Connection, statement: str, params: Sequence[Any]) -> Any:
    """The answer to a statement with %s for each value. Errors are psycopg's."""
    known: _Known | None = connection.__dict__.get("_planned")
    if known is None:
        known = connection.__dict__["_planned"] = _Known(connection)
    server = connection.pgconn
    begins = not connection.autocommit and server.transaction_status == pq.TransactionStatus.IDLE
    if begins or len(known.names) >= MOST_KEPT:
        return psycopg.Cursor(connection).execute(statement, params)  # begins, where it has to
    adapting = known.adapting
    values = adapting.dump_sequence(params, [PyFormat.AUTO] * len(params))
    types, formats = adapting.types, adapting.formats
    name = known.names.get((statement, types))
    if name is None:
        name = b"planned%d" % next(_names)
        _checked(connection, server.prepare(name, _with_numbers(statement), types))
        known.names[statement, types] = name
    sent = server.exec_prepared(name, values, formats)  # type: ignore[arg-type]  # NULLs
    result = _checked(connection, sent)
    if result.status == pq.ExecStatus.COMMAND_OK:
        return Answer([], result.command_tuples or 0)
    adapting.set_pgresult(result)
    try:
        return Answer(adapting.load_rows(0, result.ntuples, tuple), result.ntuples)
    finally:
        adapting.set_pgresult(None)  # which would keep the rows


def _checked(connection: psycopg.Connection, result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        return result
    if connection.pgconn.status == pq.ConnStatus.BAD:
        raise psycopg.OperationalError(connection.pgconn.get_error_message())
    raise errors.error_from_result(result, encoding=connection.info.encoding)


def _with_numbers(statement: str) -> bytes:
    """$1, $2 … for each %s, as the server wants them."""
    found = _numbered.get(statement)
    if found is None:
        numbers = count(1)
        text = re.sub(
            "%[s%]", lambda mark: "%" if mark[0] == "%%" else f"${next(numbers)}", statement
        )
        found = _numbered[statement] = text.encode()
    return found
