"""What stands in the vendor's books: the tables of its file, and a row of each.

All rows belong to an `account`, the vendor's name for a seller. Times are UTC, written so that they
sort.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from wainwright.core import clock
from wainwright.core.money import Money

TABLES = """
CREATE TABLE IF NOT EXISTS accounts (
    ref TEXT PRIMARY KEY, secret TEXT NOT NULL, offset REAL NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS customers (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, email TEXT NOT NULL, name TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS starts (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    intent TEXT NOT NULL, minor INTEGER NOT NULL, currency TEXT NOT NULL, customer TEXT NOT NULL,
    order_ref TEXT NOT NULL, statement TEXT NOT NULL, locale TEXT NOT NULL,
    return_url TEXT NOT NULL, cancel_url TEXT NOT NULL, webhook_url TEXT NOT NULL,
    page_url TEXT NOT NULL, created_at TEXT NOT NULL, expires_at TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, card TEXT, month INTEGER, year INTEGER,
    charge TEXT, method TEXT, replaced_by TEXT, resumes TEXT,
    UNIQUE (account, key)
) STRICT;
CREATE TABLE IF NOT EXISTS methods (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, customer TEXT NOT NULL,
    card TEXT NOT NULL, last4 TEXT NOT NULL, month INTEGER NOT NULL, year INTEGER NOT NULL,
    state TEXT NOT NULL, created_at TEXT NOT NULL,
    UNIQUE (account, key)
) STRICT;
CREATE TABLE IF NOT EXISTS charges (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    customer TEXT NOT NULL, card TEXT NOT NULL, method TEXT, start TEXT,
    minor INTEGER NOT NULL, currency TEXT NOT NULL, refunded INTEGER NOT NULL,
    description TEXT NOT NULL, webhook_url TEXT NOT NULL, network_ref TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, settles_at TEXT, resume TEXT,
    created_at TEXT NOT NULL, changed_at TEXT NOT NULL,
    UNIQUE (account, key), CHECK (refunded BETWEEN 0 AND minor)
) STRICT;
CREATE INDEX IF NOT EXISTS charges_changed ON charges (account, changed_at);
DROP INDEX IF EXISTS charges_pending;
CREATE INDEX IF NOT EXISTS charges_settling ON charges (account, settles_at)
    WHERE state = 'pending';
CREATE TABLE IF NOT EXISTS refunds (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, key TEXT, request TEXT NOT NULL,
    charge TEXT NOT NULL REFERENCES charges, minor INTEGER NOT NULL, currency TEXT NOT NULL,
    state TEXT NOT NULL, decline TEXT, created_at TEXT NOT NULL,
    UNIQUE (account, key)
) STRICT;
CREATE INDEX IF NOT EXISTS charges_disputable ON charges (account, created_at)
    WHERE card IN ('disputed_lost', 'disputed_won');
CREATE TABLE IF NOT EXISTS disputes (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, charge TEXT NOT NULL REFERENCES charges,
    minor INTEGER NOT NULL, currency TEXT NOT NULL, reason TEXT NOT NULL, state TEXT NOT NULL,
    ends TEXT NOT NULL, ends_at TEXT, created_at TEXT NOT NULL, changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS disputes_changed ON disputes (account, changed_at);
CREATE TABLE IF NOT EXISTS outbox (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, url TEXT NOT NULL, body TEXT NOT NULL,
    tries INTEGER NOT NULL, next_at TEXT, delivered_at TEXT, answer TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS outbox_due ON outbox (next_at) WHERE next_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS plans (
    ref TEXT PRIMARY KEY, faults TEXT NOT NULL, calls INTEGER NOT NULL, messages INTEGER NOT NULL,
    met TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS delayed (
    ref TEXT PRIMARY KEY, account TEXT NOT NULL, charge TEXT NOT NULL, due_at TEXT NOT NULL
) STRICT;
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
class DisputeRow:
    """A charge that the buyer's bank took back. State: open, won or lost; it `ends` by itself at
    `ends_at`, if that is set."""

    table: ClassVar = "disputes"
    ref: str
    account: str
    charge: str
    minor: int
    currency: str
    reason: str
    created_at: str
    changed_at: str
    state: str = "open"
    ends: str = ""
    ends_at: str | None = None

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


@dataclass(slots=True, kw_only=True)
class Plan:
    """What goes wrong for one seller, whose `ref` it bears; see faults.py."""

    table: ClassVar = "plans"
    ref: str
    faults: str
    calls: int = 0
    messages: int = 0
    met: str = "{}"


@dataclass(slots=True, kw_only=True)
class Delayed:
    """A charge that was asked for and is carried out later; `charge` is its whole row."""

    table: ClassVar = "delayed"
    ref: str
    account: str
    charge: str
    due_at: str


type Row = (
    Account
    | Customer
    | StartRow
    | MethodRow
    | ChargeRow
    | RefundRow
    | DisputeRow
    | Message
    | Plan
    | Delayed
)


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
