"""The vendor's own books: one SQLite file that no transaction of the shop reaches.

Each thread keeps a handle of its own, so processes, threads and forks never share one. All rows
belong to an `account`, the vendor's name for a seller. Times are UTC, written so that they sort.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from wainwright.core import clock
from wainwright.core.money import Money
from wainwright.payments.gateways.base import GatewayUnavailable, OutcomeUnknown

LEDGER_FILE = "testgateway.sqlite3"
_PATIENCE_SECONDS = 20
_TABLES = """
CREATE TABLE accounts (
    ref TEXT PRIMARY KEY, secret TEXT NOT NULL, offset REAL NOT NULL
) STRICT;
CREATE TABLE customers (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE TABLE starts (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    intent TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, customer TEXT NOT NULL,
    order_ref TEXT NOT NULL, statement TEXT NOT NULL, locale TEXT NOT NULL,
    return_url TEXT NOT NULL, cancel_url TEXT NOT NULL, webhook_url TEXT NOT NULL,
    page_url TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, card TEXT, month INTEGER, year INTEGER,
    charge TEXT, method TEXT, replaced_by TEXT, resumes TEXT,
    UNIQUE (account, key)
) STRICT;
CREATE TABLE methods (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, customer TEXT NOT NULL,
    card TEXT NOT NULL, last4 TEXT NOT NULL, month INTEGER NOT NULL, year INTEGER NOT NULL,
    state TEXT NOT NULL, created_at TEXT NOT NULL,
    UNIQUE (account, key)
) STRICT;
CREATE TABLE charges (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    customer TEXT NOT NULL, card TEXT NOT NULL, method TEXT, start TEXT,
    minor INTEGER NOT NULL, currency TEXT NOT NULL, refunded INTEGER NOT NULL,
    description TEXT NOT NULL, webhook_url TEXT NOT NULL, network_ref TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, settles_at TEXT, resume TEXT,
    created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    UNIQUE (account, key), CHECK (refunded BETWEEN 0 AND minor)
) STRICT;
CREATE INDEX charges_changed ON charges (account, changed_at);
CREATE INDEX charges_pending ON charges (settles_at) WHERE state = 'pending';
CREATE TABLE refunds (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    charge TEXT NOT NULL REFERENCES charges, minor INTEGER NOT NULL, currency TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, created_at TEXT NOT NULL,
    UNIQUE (account, key)
) STRICT;
CREATE TABLE outbox (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
    tries INTEGER NOT NULL, next_at TEXT, delivered_at TEXT, answer TEXT NOT NULL
) STRICT;
CREATE INDEX outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
"""


@dataclass(slots=True, kw_only=True)
class Account:
    """A seller at the vendor: the secret his webhooks are signed with, and how far his clock
    stands from the wall (the pages and the delivery have no other way to know his time)."""

    table: ClassVar = "accounts"
    ref: str
    secret: str
    offset: float

    def now(self) -> datetime:
        return clock.wall() + timedelta(seconds=self.offset)


@dataclass(slots=True, kw_only=True)
class Customer:
    table: ClassVar = "customers"
    ref: str
    account: str
    email: str
    name: str


@dataclass(slots=True, kw_only=True)
class StartRow:
    """A hosted page. State: open, challenged (the bank asks), done or void."""

    table: ClassVar = "starts"
    ref: str
    account: str
    key: str | None
    request: str
    intent: str
    minor: int
    currency: str
    customer: str
    order_ref: str
    statement: str
    locale: str
    return_url: str
    cancel_url: str
    webhook_url: str
    page_url: str
    created_at: str
    expires_at: str
    state: str = "open"
    decline: str | None = None
    card: str | None = None
    month: int | None = None
    year: int | None = None
    charge: str | None = None
    method: str | None = None
    replaced_by: str | None = None
    resumes: str | None = None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)

    def closed(self, now: datetime) -> bool:
        """Whether nobody can pay here any more, though nobody did."""
        return self.state == "void" or (self.state != "done" and moment(self.expires_at) <= now)


@dataclass(slots=True, kw_only=True)
class MethodRow:
    """A saved card. State: active or gone."""

    table: ClassVar = "methods"
    ref: str
    account: str
    key: str | None
    customer: str
    card: str
    last4: str
    month: int
    year: int
    created_at: str
    state: str = "active"


@dataclass(slots=True, kw_only=True)
class ChargeRow:
    """Money taken, or not. State: succeeded, pending, action_required or declined."""

    table: ClassVar = "charges"
    ref: str
    account: str
    key: str | None
    request: str
    customer: str
    card: str
    minor: int
    currency: str
    description: str
    webhook_url: str
    network_ref: str
    created_at: str
    changed_at: str
    method: str | None = None
    start: str | None = None
    refunded: int = 0
    state: str = "succeeded"
    decline: str | None = None
    settles_at: str | None = None
    resume: str | None = None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


@dataclass(slots=True, kw_only=True)
class RefundRow:
    """Money given back, or not. State: succeeded or declined."""

    table: ClassVar = "refunds"
    ref: str
    account: str
    key: str | None
    request: str
    charge: str
    minor: int
    currency: str
    created_at: str
    state: str = "succeeded"
    decline: str | None = None

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.currency)


@dataclass(slots=True, kw_only=True)
class Message:
    """A webhook to deliver; `next_at` None once it is delivered or given up."""

    table: ClassVar = "outbox"
    ref: str
    account: str
    url: str
    body: str
    next_at: str | None
    tries: int = 0
    delivered_at: str | None = None
    answer: str = ""


type Row = Account | Customer | StartRow | MethodRow | ChargeRow | RefundRow | Message


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

    def find[R: Row](self, kind: type[R], **wanted: str | None) -> R | None:
        """The one row with these values; None if there is none, or a wanted value is None."""
        where = " AND ".join(f"{name} = :{name}" for name in wanted)
        return next(self.rows(kind, where, wanted), None)

    def rows[R: Row](
        self, kind: type[R], where: str, values: dict[str, str | None], tail: str = ""
    ) -> Iterator[R]:
        names = [column.name for column in fields(kind)]
        query = f"SELECT {', '.join(names)} FROM {kind.table} WHERE {where} {tail}"  # noqa: S608
        for values_of_row in self._db.execute(query, values):
            yield kind(**dict(zip(names, values_of_row, strict=True)))


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
    db = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, autocommit=True, check_same_thread=False)
    db.execute("PRAGMA synchronous = NORMAL")
    return db


def _create(path: Path) -> None:
    """Makes the file aside and moves it in whole, so that of several makers one wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        with closing(sqlite3.connect(draft, autocommit=True)) as db:
            draft.chmod(0o600)
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_TABLES)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)


def _commit(db: sqlite3.Connection) -> None:
    try:
        db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise OutcomeUnknown(f"the Test gateway's ledger broke off: {error}") from None


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
