"""The first page's answers: what needs the customer, what comes next, what pays what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from wainwright.billing import dunning, renewals, states
from wainwright.billing.models import Subscription
from wainwright.core.dates import local_day
from wainwright.core.money import Money
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.payments.models import Bill, Method, Payment
from wainwright.sales.totals import Totals
from wainwright.tax.queries import Rates
from wainwright.tax.rounding import taxed


@dataclass(frozen=True, slots=True)
class Overdue:
    """A bill that could not be charged; `retry_at` is None where this method is not tried again.

    Where the bank only wants to see the customer first, he is to `confirm_by` then.
    """

    subscription: Subscription
    bill: Bill
    decline: str
    retry_at: datetime | None
    confirm_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A way to pay as its owner knows it, however often it was saved, and what it pays."""

    method: Method
    pays: list[Subscription]

    @property
    def last_month(self) -> tuple[int, int]:
        """Year and month until which it works; far away where there is no end."""
        return (self.method.exp_year or 9999, self.method.exp_month or 12)


@dataclass(frozen=True, slots=True)
class Expiring:
    """A card that pays something and ends this month, or has ended."""

    card: Card
    expired: bool


@dataclass(frozen=True, slots=True)
class Next:
    """The next charge of a subscription."""

    subscription: Subscription
    at: datetime
    totals: Totals


@dataclass(frozen=True, slots=True)
class Overview:
    overdue: list[Overdue]
    expiring: list[Expiring]
    next: Next | None
    active: list[Subscription]
    ended: list[Subscription]
    cards: list[Card]
    sums: Mapping[int, Money]


def overview(customer: Customer, today: date) -> Overview:
    """Everything about the customer's arrangements; `sums` are regular payments, tax included."""
    subscriptions = queries.subscriptions_of(customer)
    active = [each for each in subscriptions if not each.ended]
    cards = cards_of(queries.methods_of(customer.pk), active)
    this_month = (today.year, today.month)
    return Overview(
        overdue=_overdue(active),
        expiring=[
            Expiring(card, expired=card.last_month < this_month)
            for card in cards
            if card.pays and card.last_month <= this_month
        ],
        next=next_of(active),
        active=active,
        ended=[each for each in subscriptions if each.ended],
        cards=cards,
        sums=sums_of(active),
    )


def cards_of(methods: list[Method], active: list[Subscription]) -> list[Card]:
    """The same card saved with each purchase is one card to its owner."""
    cards: dict[tuple[object, ...], Card] = {}
    for method in methods:
        card = cards.setdefault(method.looks, Card(method, []))
        card.pays.extend(each for each in active if _pays(method, each))
    return list(cards.values())


def _pays(method: Method, subscription: Subscription) -> bool:
    """Whether a coming payment would be taken from it."""
    return subscription.method_id == method.pk and subscription.cancel_at is None


def next_of(active: list[Subscription]) -> Next | None:
    """The earliest charge that will come by itself; what is overdue needs the customer instead."""
    coming = [
        (each.next_due_at, each.pk, each)
        for each in active
        if each.next_due_at is not None and each.state != states.PAST_DUE
    ]
    if not coming:
        return None
    at, _pk, subscription = min(coming)
    return Next(subscription, at, renewals.next_totals(subscription))


def sums_of(subscriptions: list[Subscription]) -> dict[int, Money]:
    """Each regular payment by the subscription's key."""
    rates = Rates.of({each.product_id for each in subscriptions})
    return {each.pk: _gross(each, rates) for each in subscriptions}


def _gross(subscription: Subscription, rates: Rates) -> Money:
    day = local_day(_next_payment(subscription), subscription.zone)
    percent = rates.percent(subscription.product_id, subscription.business.country, day)
    inclusive = subscription.tax_behaviour == "inclusive"
    net, tax = taxed(subscription.money, percent, inclusive=inclusive)
    return net + tax


def _next_payment(subscription: Subscription) -> datetime:
    """The day of a regular payment; what is overdue or paused is due on another."""
    at = subscription.next_due_at
    if at is not None and subscription.state in (states.ACTIVE, states.TRIALING):
        return at
    return subscription.due(subscription.payments_made)


def _overdue(active: list[Subscription]) -> list[Overdue]:
    late = [each for each in active if each.state == states.PAST_DUE and each.open_bill_id]
    if not late:
        return []
    owed = queries.bills_by_id([each.open_bill_id for each in late])
    bills: dict[int | None, Bill] = {bill.pk: bill for bill in owed}
    for each in late:
        each.open_bill = bills[each.open_bill_id]
    return overdue(late)


def overdue(late: list[Subscription]) -> list[Overdue]:
    """What is said of each that owes a bill."""
    bills = [each.open_bill_id for each in late]
    declines, asked = queries.last_declines(bills), queries.to_confirm(bills)
    return [_one(each, declines.get(each.open_bill_id), asked) for each in late]


def _one(subscription: Subscription, declined: Payment | None, asked: set[int | None]) -> Overdue:
    assert subscription.open_bill is not None
    if subscription.open_bill_id in asked:
        at = subscription.next_due_at
        return Overdue(subscription, subscription.open_bill, "", None, confirm_by=at)
    pointless = (
        declined is not None
        and declined.decline in dunning.POINTLESS
        and declined.method_id == subscription.method_id
    )
    return Overdue(
        subscription=subscription,
        bill=subscription.open_bill,
        decline=declined.decline if declined else "",
        retry_at=None if pointless else subscription.next_due_at,
    )
