"""Webhooks of the Test gateway: written with the change, delivered over HTTP, read and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice
from urllib.parse import urlsplit, urlunsplit

from wainwright.core import clock
from wainwright.core.http import Answer, Http, HttpError
from wainwright.core.ids import new_id
from wainwright.core.signatures import new_secret, sign, verified
from wainwright.payments.gateways.base import BadSignature, EventKind, GatewayEvent
from wainwright.payments.gateways.test import faults
from wainwright.payments.gateways.test.faults import Mishap
from wainwright.payments.gateways.test.ledger import Books, Ledger
from wainwright.payments.gateways.test.rows import Account, Message, moment, stamp

MAX_AGE = timedelta(minutes=5)
_LEASE = timedelta(minutes=1)
_PAUSES = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600))
_GONE = 410


def queue(
    books: Books,
    account: str,
    url: str,
    kind: EventKind,
    ref: str,
    at: datetime,
    *,
    start: str | None = None,
    key: str | None = None,
) -> None:
    """Writes an event for the seller; none where the seller gave no address to tell."""
    if not url:
        return
    event = {
        "id": new_id("test_event"),
        "type": kind.value,
        "at": stamp(at),
        "ref": ref,
        "start": start,
        "key": key,
    }
    body = json.dumps(event)
    due = stamp(clock.wall())
    books.add(Message(ref=str(event["id"]), account=account, url=url, body=body, next_at=due))


def deliver(ledger: Ledger, http: Http, *, limit: int) -> int:
    """Tries what is due once, oldest first; the number that arrived.

    Several may run at once: each message is leased before it is sent. Only a 2xx answer counts;
    a failure waits longer each time and is given up after the last pause or at 410.
    """
    due = iter(lambda: _lease(ledger), None)
    return sum(_try_once(ledger, http, *each) for each in islice(due, limit))


def parse(
    raw: bytes, headers: Mapping[str, str], secrets: list[str], now: datetime
) -> list[GatewayEvent]:
    """The event in a delivery; BadSignature unless one of the secrets signed it minutes ago."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id = given.get("webhook-id", "")
    timestamp = given.get("webhook-timestamp", "")
    if not secrets or not re.fullmatch(r"[0-9]{1,11}", timestamp):
        raise BadSignature("the delivery carries no signature")
    signatures = given.get("webhook-signature", "")
    if not verified(secrets, message_id, int(timestamp), raw, signatures):
        raise BadSignature("the signature does not fit")
    if abs(now.timestamp() - int(timestamp)) > MAX_AGE.total_seconds():
        raise BadSignature("the delivery is too old")
    event = json.loads(raw)
    return [
        GatewayEvent(
            id=message_id,
            at=moment(event["at"]),
            kind=EventKind(event["type"]),
            ref=event["ref"],
            start_ref=event["start"],
            key=event["key"],
        )
    ]


def _lease(ledger: Ledger) -> tuple[Message, Mishap | None] | None:
    """What is due longest, and what its delivery meets."""
    now = clock.wall()
    with ledger.writing() as books:
        due: dict[str, str | None] = {"now": stamp(now)}
        message = next(
            books.rows(Message, "next_at <= :now", due, "ORDER BY next_at LIMIT 1"), None
        )
        if message is None:
            return None
        mishap = faults.of_delivery(books, message.account)
        if mishap == Mishap.REORDERED:
            theirs = "next_at <= :now AND account = :account"
            due["account"] = message.account
            message = next(books.rows(Message, theirs, due, "ORDER BY next_at DESC LIMIT 1"))
        message.tries += 1
        message.next_at = stamp(now + _LEASE)
        books.save(message)
    return message, mishap


def _try_once(ledger: Ledger, http: Http, message: Message, mishap: Mishap | None) -> bool:
    with ledger.reading() as books:
        account = books.find(Account, ref=message.account)
    assert account is not None
    answer = _carry(http, message, account.secret, mishap)
    arrived = isinstance(answer, Answer) and answer.ok
    gone = isinstance(answer, Answer) and answer.status == _GONE
    now = clock.wall()
    message.answer = str(answer.status) if isinstance(answer, Answer) else answer
    message.delivered_at = stamp(now) if arrived else None
    last = arrived or gone or mishap == Mishap.LOST or message.tries > len(_PAUSES)
    message.next_at = None if last else stamp(now + _PAUSES[message.tries - 1])
    with ledger.writing() as books:
        books.save(message)
    return arrived


def _carry(http: Http, message: Message, secret: str, mishap: Mishap | None) -> Answer | str:
    """The answer to one try, of which things may go wrong."""
    now = clock.wall()
    match mishap:
        case Mishap.LOST:
            return "lost"
        case Mishap.STALE:
            return _send(http, message, secret, now - 2 * MAX_AGE)
        case Mishap.FORGED:
            _send(http, message, new_secret(), now)
        case Mishap.REPEATED:
            _send(http, message, secret, now)
    return _send(http, message, secret, now)


def _send(http: Http, message: Message, secret: str, at: datetime) -> Answer | str:
    timestamp = int(at.timestamp())
    body = message.body.encode()
    url, host = _place(message.url)
    headers = {
        "Host": host,
        "Content-Type": "application/json",
        "webhook-id": message.ref,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(secret, message.ref, timestamp, body),
    }
    try:
        return http.post(url, headers=headers, content=body)
    except HttpError as error:
        return str(error)


def _place(url: str) -> tuple[str, str]:
    """Where to connect, and the host to ask for: names under localhost resolve in browsers only."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not f".{host}".endswith(".localhost"):
        return url, parts.netloc
    port = f":{parts.port}" if parts.port else ""
    return urlunsplit(parts._replace(netloc=f"127.0.0.1{port}")), parts.netloc
