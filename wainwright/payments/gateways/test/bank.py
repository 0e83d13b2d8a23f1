"""What the vendor does with money: charges, their later fate, and what it tells about them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from wainwright.core.ids import new_id
from wainwright.core.money import Money
from wainwright.payments.gateways.base import (
    Decline,
    EventKind,
    Intent,
    MethodRef,
    Outcome,
    OutcomeStatus,
    RequestRejected,
    Start,
)
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.ledger import Books
from wainwright.payments.gateways.test.rows import (
    ChargeRow,
    MethodRow,
    RefundRow,
    StartRow,
    moment,
    stamp,
)
from wainwright.payments.gateways.test.webhooks import queue

SETTLING = timedelta(minutes=1)
PAGE_LIFE = timedelta(hours=24)
CONFIRM_LIFE = timedelta(days=7)


def fingerprint(*parts: object) -> str:
    """What makes two requests with one key the same request."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()


def same_request(row: StartRow | ChargeRow | RefundRow, request: str) -> None:
    """Refuses a key that comes back with another request."""
    if row.request != request:
        raise RequestRejected(f"the key {row.key} was used for another request")


def apply(charge: ChargeRow, answer: cards.Answer, now: datetime) -> ChargeRow:
    """Writes the bank's answer on the charge."""
    charge.changed_at = stamp(now)
    charge.decline = None
    if isinstance(answer, Decline):
        charge.state, charge.decline = "declined", answer.value
    elif answer == cards.PENDING:
        charge.state, charge.settles_at = "pending", stamp(now + SETTLING)
    else:
        charge.state = "succeeded"
    return charge


def answer_for(method: MethodRow | None, now: datetime, *, present: bool) -> cards.Answer:
    """How the bank answers a charge of a saved card."""
    if method is None or method.state == "gone":
        return Decline.METHOD_GONE
    if cards.expired(method.year, method.month, now.date()):
        return Decline.EXPIRED_CARD
    card = cards.by_code(method.card)
    return card.present if present else card.later


def ask_for_buyer(books: Books, charge: ChargeRow, return_url: str, page_url: str) -> None:
    """The page on which the buyer confirms this very charge with his bank."""
    at = moment(charge.created_at)
    start = StartRow(
        ref=new_id("test_start"),
        account=charge.account,
        key=None,
        request=charge.request,
        intent=Intent.PAY.value,
        minor=charge.minor,
        currency=charge.currency,
        customer=charge.customer,
        order_ref="",
        statement=charge.description,
        locale="en",
        return_url=return_url,
        cancel_url=return_url,
        webhook_url=charge.webhook_url,
        page_url=page_url,
        created_at=charge.created_at,
        expires_at=stamp(at + CONFIRM_LIFE),
        state="challenged",
        card=charge.card,
        resumes=charge.ref,
    )
    charge.state, charge.resume = "action_required", start.ref
    books.add(start)


def settle(books: Books, charge: ChargeRow, now: datetime) -> ChargeRow:
    """Brings a charge up to this moment: pending money arrives, an unanswered question lapses."""
    if charge.state == "pending" and moment(charge.settles_at or "") <= now:
        charge.state, charge.changed_at = "succeeded", charge.settles_at or ""
        books.save(charge)
        tell_of_charge(books, charge, now)
    elif charge.state == "action_required":
        asked = books.find(StartRow, ref=charge.resume)
        if asked is None or asked.closed(now):
            books.save(apply(charge, Decline.AUTHENTICATION_REQUIRED, now))
    return charge


def settle_all(books: Books, account: str, now: datetime) -> None:
    """Settles what is due of an account, whether or not anybody asks for it."""
    due = "account = :account AND state = 'pending' AND settles_at <= :now"
    for charge in list(books.rows(ChargeRow, due, {"account": account, "now": stamp(now)})):
        settle(books, charge, now)


def tell_of_charge(books: Books, charge: ChargeRow, now: datetime) -> None:
    queue(
        books,
        charge.account,
        charge.webhook_url,
        EventKind.CHARGE_CHANGED,
        charge.ref,
        now,
        start=charge.start,
        key=charge.key,
    )


def start_outcome(books: Books, row: StartRow, now: datetime) -> Outcome:
    charge = books.find(ChargeRow, ref=row.charge)
    if charge is not None:
        return charge_outcome(books, settle(books, charge, now))
    if row.state == "done":
        return Outcome(OutcomeStatus.SUCCEEDED, row.ref, method=_method_of(books, row.method))
    if row.closed(now):
        return Outcome(OutcomeStatus.DECLINED, row.ref, decline=Decline.ABANDONED)
    return Outcome(
        OutcomeStatus.ACTION_REQUIRED, row.ref, decline=_decline(row.decline), action=page_of(row)
    )


def charge_outcome(books: Books, charge: ChargeRow) -> Outcome:
    moved = charge.state in ("succeeded", "pending")
    waits = charge.state == "action_required"
    asked = books.find(StartRow, ref=charge.resume) if waits else None
    return Outcome(
        OutcomeStatus(charge.state),
        charge.ref,
        amount=charge.amount if moved else None,
        refunded=Money(charge.refunded, charge.currency) if moved else None,
        method=_method_of(books, charge.method),
        network_ref=charge.network_ref if moved else None,
        decline=_decline(charge.decline),
        action=page_of(asked) if asked else None,
        expected_by=moment(charge.settles_at or "") if charge.state == "pending" else None,
        raw={"card": charge.card, "state": charge.state},
    )


def refund_outcome(refund: RefundRow) -> Outcome:
    succeeded = refund.state == "succeeded"
    return Outcome(
        OutcomeStatus(refund.state),
        refund.ref,
        amount=refund.amount if succeeded else None,
        decline=_decline(refund.decline),
        raw={"charge": refund.charge, "state": refund.state},
    )


def method_outcome(method: MethodRow) -> Outcome:
    if method.state == "gone":
        return Outcome(OutcomeStatus.DECLINED, method.ref, decline=Decline.METHOD_GONE)
    return Outcome(
        OutcomeStatus.SUCCEEDED, method.ref, method=MethodRef(method.ref, method.customer)
    )


def page_of(row: StartRow) -> Start:
    return Start(row.ref, moment(row.expires_at), redirect=row.page_url + "/pay/" + row.ref)


def _method_of(books: Books, ref: str | None) -> MethodRef | None:
    method = books.find(MethodRow, ref=ref)
    return MethodRef(method.ref, method.customer) if method else None


def _decline(value: str | None) -> Decline | None:
    return Decline(value) if value else None
