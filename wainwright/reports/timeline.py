"""One customer's story: everything that happened, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from wainwright.billing.models import Pause, Subscription
from wainwright.customers.models import Customer
from wainwright.letters.models import Letter
from wainwright.payments.models import Payment, Refund
from wainwright.sales.models import Entry, Order

MOST = 500


@dataclass(frozen=True, slots=True)
class Happening:
    """`kind` says what happened to `subject`, a row of the area it belongs to."""

    at: datetime
    kind: str
    subject: Order | Entry | Payment | Refund | Letter | Subscription | Pause


def of_customer(customer: Customer, *, most: int = MOST) -> list[Happening]:
    """What the customer bought, paid and stopped, and what was written to him."""
    parts = (
        _orders(customer),
        _entries(customer),
        _declines(customer),
        _refused_refunds(customer),
        _letters(customer),
        _subscriptions(customer),
        _pauses(customer),
    )
    ordered = [sorted(part, key=lambda each: each.at, reverse=True) for part in parts]
    newest = merge(*ordered, key=lambda each: each.at, reverse=True)
    return [happening for happening, _number in zip(newest, range(most), strict=False)]


def _orders(customer: Customer) -> Iterator[Happening]:
    for order in Order.objects.filter(customer=customer).order_by("-placed_at")[:MOST]:
        yield Happening(order.placed_at, "ordered", order)


def _entries(customer: Customer) -> Iterator[Happening]:
    rows = Entry.objects.filter(customer=customer).select_related("order", "payment", "refund")
    for entry in rows.exclude(kind=Entry.CANCEL).order_by("-at")[:MOST]:
        yield Happening(entry.at, entry.kind, entry)


def _declines(customer: Customer) -> Iterator[Happening]:
    rows = Payment.objects.filter(customer=customer, state=Payment.DECLINED)
    for payment in rows.select_related("method").order_by("-started_at")[:MOST]:
        yield Happening(payment.settled_at or payment.started_at, "declined", payment)


def _refused_refunds(customer: Customer) -> Iterator[Happening]:
    rows = Refund.objects.filter(payment__customer=customer, state=Refund.DECLINED)
    for refund in rows.order_by("-started_at")[:MOST]:
        yield Happening(refund.settled_at or refund.started_at, "refund_refused", refund)


def _letters(customer: Customer) -> Iterator[Happening]:
    rows = Letter.objects.filter(customer=customer).defer("text", "html")
    for letter in rows.order_by("-created_at")[:MOST]:
        yield Happening(letter.created_at, "letter", letter)


def _subscriptions(customer: Customer) -> Iterator[Happening]:
    for subscription in Subscription.objects.filter(customer=customer):
        yield Happening(subscription.started_at, "started", subscription)
        if subscription.cancel_asked_at and not subscription.ended:
            yield Happening(subscription.cancel_asked_at, "cancel_asked", subscription)
        if subscription.ended_at:
            yield Happening(subscription.ended_at, f"became_{subscription.state}", subscription)


def _pauses(customer: Customer) -> Iterator[Happening]:
    rows = Pause.objects.filter(subscription__customer=customer).select_related("subscription")
    for pause in rows:
        yield Happening(pause.started_at, "paused", pause)
        if pause.ended_at:
            yield Happening(pause.ended_at, "resumed", pause)
