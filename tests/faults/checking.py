"""What was promised, compared with what stands in the books: ours, the gateway's, the postman's."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

from tests.faults.fleet import Fleet
from tests.faults.mailroom import Mailroom
from tests.faults.visitors import Promises
from wainwright.payments.gateways.test.ledger import LEDGER_FILE

RENEWAL, CHECKOUT = "renewal", "checkout"


def check(fleet: Fleet, promises: Promises, mailroom: Mailroom) -> dict[str, int]:
    """Lets everything come to rest, then looks for what was lost, doubled or broken.

    Nothing of the fleet may run. Returns what was counted, for whoever wants to know.
    """
    assert promises.broken == []
    left = fleet.inside("drain")
    assert not any(left.values()), f"still waiting: {left}\n{fleet.tail()}"
    books = fleet.inside("books")
    _nothing_lost(promises, books)
    _as_left_at_home(promises, books["subscriptions"])
    _given_back_once(promises, books["refunds"])
    _no_payment_doubled(fleet, books)
    repeats = _no_letter_doubled(mailroom, books)
    for kind in {kind for kind, _number, _day in books["documents"]}:
        numbers = [number for each, number, _day in books["documents"] if each == kind]
        assert numbers == list(range(1, len(numbers) + 1)), kind
    fleet.run("audit")
    if "DATABASE_URL" not in fleet.environment:
        assert _sqlite(fleet, "wainwright.sqlite3", "PRAGMA integrity_check") == [("ok",)]
    return {
        "orders": len(books["orders"]),
        "renewals": sum(purpose == RENEWAL for _ref, _sum, purpose, _bill in books["payments"]),
        "statements": len(books["statements"]),
        "pauses": len(promises.paused),
        "cancellations": len(promises.left),
        "cancellations undone": len(promises.stayed),
        "other cards": len(promises.moved),
        "refunds": len(books["refunds"]),
        "letters": len(books["letters"]),
        "letters sent again": repeats,
        "requests without an answer": promises.refused,
    }


def _nothing_lost(promises: Promises, books: dict[str, Any]) -> None:
    orders = Counter(email for _order, email in books["orders"])
    assert {email: count for email, count in orders.items() if count != 1} == {}
    assert set(promises.paid) - set(orders) == set(), "paid at the gateway, and no order"
    thanked = {email: order for order, email in books["orders"] if email in promises.thanked}
    assert thanked == promises.thanked
    received = {form: statement for statement, form in books["statements"]}
    assert len(received) == len(books["statements"])
    assert {form: received.get(form) for form in promises.received} == promises.received


def _as_left_at_home(promises: Promises, held: dict[str, dict[str, Any]]) -> None:
    """Each subscription is as its page said when its owner left it."""
    assert {each for each in promises.paused if held[each]["pauses"] != 1} == set()
    assert {each for each in promises.resumed if held[each]["open_pauses"]} == set()
    assert {each for each in promises.left if not held[each]["left"]} == set()
    assert {each for each in promises.stayed if held[each]["left"]} == set()
    assert {each for each in promises.stayed if held[each]["state"] != "active"} == set()
    assert {each for each in promises.moved if "Mastercard" not in held[each]["card"]} == set()


def _given_back_once(promises: Promises, refunds: list[dict[str, Any]]) -> None:
    assert {each["state"] for each in refunds} <= {"succeeded"}
    payments = [each["payment__public_id"] for each in refunds]
    assert len(payments) == len(set(payments))
    known = {each["form_key"]: each["payment__public_id"] for each in refunds}
    assert {form: known.get(form) for form in promises.refunded} == promises.refunded


def _no_payment_doubled(fleet: Fleet, books: dict[str, Any]) -> None:
    """The gateway's own books, read beside every code of ours, hold exactly our payments."""
    charged = _sqlite(
        fleet, LEDGER_FILE, "SELECT ref, minor, refunded FROM charges WHERE state = 'succeeded'"
    )
    ours = sorted((ref, amount) for ref, amount, _purpose, _bill in books["payments"])
    assert sorted((ref, minor) for ref, minor, _refunded in charged) == ours
    back = {ref: refunded for ref, _minor, refunded in charged if refunded}
    assert back == {each["payment__gateway_ref"]: each["amount"] for each in books["refunds"]}
    bills = Counter(bill for _ref, _sum, _purpose, bill in books["payments"])
    assert set(bills.values()) <= {1}


def _no_letter_doubled(mailroom: Mailroom, books: dict[str, Any]) -> int:
    """One letter per cause, recipient and kind; a repeat carries its Message-ID. How many were."""
    kinds = Counter((cause, to, kind) for _id, cause, to, kind, _state in books["letters"])
    assert set(kinds.values()) <= {1}
    written = {public_id: to for public_id, _cause, to, _kind, _state in books["letters"]}
    assert mailroom.recipients.items() - written.items() == set(), "sent, and not written"
    assert written.items() - mailroom.recipients.items() == set(), "written, and not sent"
    assert {each for each, said in mailroom.said.items() if len(said) > 1} == set()
    return mailroom.came.total() - len(written)


def _sqlite(fleet: Fleet, file: str, query: str) -> list[Any]:
    with closing(sqlite3.connect(fleet.data / file)) as connection:
        return connection.execute(query).fetchall()
