"""The vendor's own books: one SQLite file that no transaction of the shop reaches.

Each thread keeps a handle of its own, so processes, threads and forks never share one. Who never
opens it on PostgreSQL does without SQLite and its two megabytes.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wainwright.payments.gateways.base import GatewayUnavailable, OutcomeUnknown
from wainwright.payments.gateways.test.rows import TABLES, Row

if TYPE_CHECKING:
    import sqlite3

LEDGER_FILE = "testgateway.sqlite3"
_PATIENCE_SECONDS = 20


class Books:
    """The open file, within one transaction."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def add(self, row: Row) -> None:
        values = asdict(row)
        marks = ", ".join(f":{name}" for name in values)
        self._db.execute(f"INSERT INTO {row.table} ({', '.join(values)}) VALUES ({marks})", values)  # noqa: S608

    def save(self, row: Row) -> None:
        values = asdict(row)
        changes = ", ".join(f"{name} = :{name}" for name in values if name != "ref")
        self._db.execute(f"UPDATE {row.table} SET {changes} WHERE ref = :ref", values)  # noqa: S608

    def remove(self, row: Row) -> None:
        self._db.execute(f"DELETE FROM {row.table} WHERE ref = ?", (row.ref,))  # noqa: S608

    def find[R: Row](self, kind: type[R], **wanted: str | None) -> R | None:
        """The one row with these values; None if there is none, or a wanted value is None."""
        where = " AND ".join(f"{name} = :{name}" for name in wanted)
        return next(self.rows(kind, where, wanted), None)

    def rows[R: Row](
        self, kind: type[R], where: str, values: dict[str, str | None], tail: str = ""
    ) -> Iterator[R]:
        names = _columns(kind)
        query = f"SELECT {', '.join(names)} FROM {kind.table} WHERE {where} {tail}"  # noqa: S608
        for values_of_row in self._db.execute(query, values):
            yield kind(**dict(zip(names, values_of_row, strict=True)))


_known_columns: dict[type[Any], tuple[str, ...]] = {}


def _columns(kind: type[Any]) -> tuple[str, ...]:
    found = _known_columns.get(kind)
    if found is None:
        found = _known_columns[kind] = tuple(column.name for column in fields(kind))
    return found


class Ledger:
    """The file. It comes into being with its first use."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @contextmanager
    def reading(self) -> Iterator[Books]:
        with self._transaction("DEFERRED") as books:
            yield books

    @contextmanager
    def writing(self) -> Iterator[Books]:
        """Alone with the file; committed at the end, or not at all."""
        with self._transaction("IMMEDIATE") as books:
            yield books

    @contextmanager
    def _transaction(self, kind: str) -> Iterator[Books]:
        import sqlite3

        try:
            db = self._connected()
            db.execute(f"BEGIN {kind}")
            try:
                yield Books(db)
            except BaseException:
                db.execute("ROLLBACK")
                raise
            _commit(db)
        except sqlite3.OperationalError as error:
            _threads.kept = None
            raise GatewayUnavailable(f"the Test gateway's ledger cannot be used: {error}") from None
        except OutcomeUnknown:
            _threads.kept = None
            raise

    def _connected(self) -> sqlite3.Connection:
        """This thread's connection: opening one reads the whole write-ahead log first."""
        if not self.path.exists():
            _create(self.path)
        which = (os.getpid(), self.path, self.path.stat().st_ino)
        kept: _Kept | None = getattr(_threads, "kept", None)
        if kept is None or kept.which != which:
            kept = _threads.kept = _Kept(which, _open(self.path))
        return kept.db


class _Kept:
    """A connection that is closed when its thread ends or another file is wanted."""

    def __init__(self, which: tuple[int, Path, int], db: sqlite3.Connection) -> None:
        self.which, self.db = which, db

    def __del__(self) -> None:
        self.db.close()


_threads = threading.local()


def _open(path: Path) -> sqlite3.Connection:
    import sqlite3

    db = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, autocommit=True, check_same_thread=False)
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(TABLES)  # what a new file lacks, or one of an earlier version
    return db


def _create(path: Path) -> None:
    """Makes the file aside and moves it in whole, so that of several makers one wins."""
    import sqlite3

    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with closing(sqlite3.connect(draft, autocommit=True)) as db:
            draft.chmod(0o600)
            db.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _commit(db: sqlite3.Connection) -> None:
    try:
        db.execute("COMMIT")
    except db.OperationalError as error:
        raise OutcomeUnknown(f"the Test gateway's ledger broke off: {error}") from None
