"""Which notices fall due: before a charge, after a trial, when a card ends, while a bill is open.

Each run looks at what fell due since the one before, so nothing is left out after an outage; a
letter is written once for its cause, however often a run is repeated.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from django.db.models import QuerySet

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.billing.renewals import next_totals
from wainwright.consumer_law import notices
from wainwright.core import clock
from wainwright.core.dates import add_days, local_day
from wainwright.core.prepared import Slot, prepared
from wainwright.letters.models import NoticeMark
from wainwright.letters.plans import plan_of
from wainwright.letters.wording import Book, Notice
from wainwright.letters.writing import write
from wainwright.payments import bills, restoring
from wainwright.payments.models import Method

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
# How much a zone's clocks may move between a notice and its day.
SLACK = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Span:
    """The time of a run: what fell due after `since`, until `until`."""

    since: datetime
    until: datetime

    def holds(self, moment: datetime) -> bool:
        return self.since < moment <= self.until

    def later(self, days: int) -> tuple[datetime, datetime]:
        """Where the days lie whose notices, so many days before, fall due now."""
        shift = timedelta(days=days)
        return self.since + shift - SLACK, self.until + shift + SLACK


def give_notice() -> None:
    """For the sweep: writes the notices that fell due since it did so last, an hour ago or more.

    One that cannot be written holds up no other, and is tried again with the next run. While
    billing is paused after a restore, nothing is foretold that may be charged already.
    """
    now = clock.now()
    mark = _marks.first() or NoticeMark.objects.get_or_create(defaults={"until": now})[0]
    if now - mark.until < EVERY or restoring.paused():
        return
    written = [_is_written(tell) for tell in _due(Span(mark.until, now), Book.read())]
    if all(written):
        mark.until = now
        mark.save(update_fields=["until"])


@prepared
def _marks() -> QuerySet[NoticeMark]:
    return NoticeMark.objects.order_by("pk")[:1]


def _due(span: Span, book: Book) -> Iterator[Callable[[], None]]:
    for subscription, days, kind in _of_charges(span, book):
        if subscription.next_due_at is not None and subscription.next_due_at > span.until:
            occasion = f"{subscription.payments_made}:{days}"
            yield partial(_tell_of_charge, subscription, kind, occasion, book)
    for subscription, days in _of_years(span, book):
        yield partial(_tell_of_charge, subscription, "renewal_ahead", f"year:{days}", book)
    for debtor, days in _of_debts(span, book):
        yield partial(_tell_of_debt, debtor, days, book)
    for kind, method, payer in _of_cards(span):
        yield partial(_tell_of_card, kind, method, payer, book)


def _is_written(tell: Callable[[], None]) -> bool:
    try:
        tell()
    except Exception:
        log.exception("a notice could not be written")
        return False
    return True


@prepared
def _charged_between(after: Slot, until: Slot) -> QuerySet[Subscription]:
    coming = _coming().filter(next_due_at__gt=after, next_due_at__lte=until)
    return coming.order_by("pk")


@prepared
def _trials_between(after: Slot, until: Slot) -> QuerySet[Subscription]:
    trials = _coming().filter(state=states.TRIALING)
    return trials.filter(next_due_at__gt=after, next_due_at__lte=until).order_by("pk")


def _coming() -> QuerySet[Subscription]:
    runs = (states.TRIALING, states.ACTIVE)
    return _subscriptions().filter(state__in=runs, cancel_at=None, open_bill=None)


def _subscriptions() -> QuerySet[Subscription]:
    return Subscription.objects.select_related(
        "customer", "business", "product", "method", "open_bill"
    )


def _of_charges(span: Span, book: Book) -> Iterator[tuple[Subscription, int, str]]:
    """Each charge to come that is told of now, how many days before, and by what notice."""
    today = span.until.date()
    for days in sorted({*notices.all_days(today), *book.days_before()}):
        for each in _charged_between(*span.later(days)):
            due = each.next_due_at
            now = due is not None and span.holds(add_days(due, -days, each.zone))
            if now and days in _days_of(each, today, book):
                yield each, days, "renewal_ahead"
    _after, until = span.later(_days_of_trial(today))
    for each in _trials_between(span.since, until):
        ends = each.trial_ends_at
        if ends and span.holds(notices.of_trial(each.started_at, ends, each.zone)):
            yield each, 0, "trial_ending"


def _days_of(subscription: Subscription, today: date, book: Book) -> list[int]:
    """The days before its next charge on which it is told of: by law where it renews until it is
    cancelled, a trial by its own rule; and those that the seller wants."""
    wanted: list[int] = book.of(subscription.product_id).upcoming_days
    if subscription.payments_total is not None or subscription.state != states.ACTIVE:
        return wanted
    return [*wanted, *notices.of_renewal(subscription.interval, today)]


def _days_of_trial(today: date) -> int:
    return max(notices.days_before(notices.TRIAL, today))


def _of_years(span: Span, book: Book) -> Iterator[tuple[Subscription, int]]:
    """What renews so often that it is told of once a year, and is now; days since it began.

    Not what is told of today as the seller wants. What is paused or waits for his word has its
    notice in the letter that it goes on.
    """
    today = span.until.date()
    for oldest in _oldest():
        for days in notices.of_years(today, age=(span.until - oldest + SLACK).days):
            for each in _begun_between(*span.later(-days)):
                now = span.holds(add_days(each.started_at, days, each.zone))
                often = not notices.of_renewal(each.interval, today)
                if now and often and not _is_told_today(each, today, book):
                    yield each, days


def _is_told_today(subscription: Subscription, today: date, book: Book) -> bool:
    told = _days_of(subscription, today, book) if subscription.open_bill is None else []
    return _days_left(subscription) in told


def _days_left(subscription: Subscription) -> int:
    """Until its next charge; after an outage fewer than it was to be told before."""
    due, zone = subscription.next_due_at, subscription.zone
    assert due is not None
    return (local_day(due, zone) - local_day(clock.now(), zone)).days


@prepared
def _oldest() -> QuerySet[Subscription, datetime]:
    return Subscription.objects.order_by("started_at").values_list("started_at", flat=True)[:1]


@prepared
def _begun_between(after: Slot, until: Slot) -> QuerySet[Subscription]:
    renews = _subscriptions().filter(payments_total=None, cancel_at=None)
    charged = renews.filter(state__in=states.BILLABLE, next_due_at__isnull=False)
    return charged.filter(started_at__gt=after, started_at__lte=until).order_by("pk")


def _of_debts(span: Span, book: Book) -> Iterator[tuple[Subscription, int]]:
    """The first debtor of each open bill that is reminded of now, and days since it fell due."""
    for days in sorted(book.days_after()):
        seen: set[int] = set()
        for each in _late_between(*span.later(-days)):
            bill = each.open_bill
            assert bill is not None
            moment = add_days(bill.due_at, days, each.zone)
            wanted = days in book.of(each.product_id).overdue_days
            if wanted and span.holds(moment) and bill.pk not in seen:
                seen.add(bill.pk)
                yield each, days


@prepared
def _late_between(after: Slot, until: Slot) -> QuerySet[Subscription]:
    late = _subscriptions().filter(state=states.PAST_DUE, cancel_at=None)
    due = late.filter(open_bill__due_at__gt=after, open_bill__due_at__lte=until)
    return due.order_by("pk")


def _of_cards(span: Span) -> Iterator[tuple[str, Method, Subscription]]:
    """Each card that ends in thirty days or has ended, with something it was to pay; one that was
    saved several times is one card."""
    ahead = notices.days_before(notices.CARD, span.until.date())[0]
    for kind, days in (("card_expiring", ahead), ("card_expired", 0)):
        for year, month in _months_ending(span.since, span.until, timedelta(days=days)):
            seen: set[tuple[object, ...]] = set()
            cards = Method.objects.filter(exp_year=year, exp_month=month, gone_at=None)
            for method in cards.order_by("pk"):
                of_buyer = _subscriptions().filter(customer=method.customer_id)
                pays = of_buyer.filter(method=method, cancel_at=None)
                payer = pays.exclude(state__in=states.ENDED).order_by("pk").first()
                if payer is not None and (method.customer_id, *method.card) not in seen:
                    seen.add((method.customer_id, *method.card))
                    yield kind, method, payer


def _months_ending(since: datetime, until: datetime, ahead: timedelta) -> Iterator[tuple[int, int]]:
    """The months whose end lies so far ahead of a moment after `since`, until `until`."""
    end = (since + ahead).astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while end <= until + ahead:
        if since + ahead < end:
            last = end - timedelta(days=1)
            yield last.year, last.month
        end = (end + timedelta(days=32)).replace(day=1)


def _tell_of_charge(subscription: Subscription, kind: str, occasion: str, book: Book) -> None:
    assert subscription.next_due_at is not None
    notice = Notice(
        kind=kind,
        name=subscription.customer.name,
        item_name=subscription.name,
        vendor_name=subscription.business.name,
        days=_days_left(subscription),
        sum=next_totals(subscription).gross,
        at=subscription.next_due_at,
    )
    write_notice(subscription, notice, f"{subscription.public_id}:{kind}:{occasion}", book)


def _tell_of_debt(subscription: Subscription, days: int, book: Book) -> None:
    bill = subscription.open_bill
    assert bill is not None
    notice = Notice(
        kind="overdue",
        name=subscription.customer.name,
        item_name=subscription.name,
        vendor_name=subscription.business.name,
        days=days,
        sum=bills.rest_of(bill),
        at=bill.due_at,
    )
    write_notice(subscription, notice, f"{bill.public_id}:overdue:{days}", book)


def _tell_of_card(kind: str, method: Method, subscription: Subscription, book: Book) -> None:
    assert method.exp_year is not None
    assert method.exp_month is not None
    notice = Notice(
        kind=kind,
        name=subscription.customer.name,
        item_name=subscription.name,
        vendor_name=subscription.business.name,
        card=method.label,
        at=datetime(method.exp_year, method.exp_month, 1, 12, tzinfo=UTC),
    )
    cause = f"{method.public_id}:{kind}:{method.exp_year}-{method.exp_month}"
    write_notice(subscription, notice, cause, book)


def write_notice(subscription: Subscription, notice: Notice, cause: str, book: Book) -> None:
    """In the seller's words where he has any for it; once for its cause."""
    customer = subscription.customer
    customer.business = subscription.business
    own = book.of(subscription.product_id).wording.get(notice.kind, {})
    write(
        kind=notice.kind,
        cause=cause,
        recipient=customer.email,
        customer=customer,
        business=subscription.business,
        language=customer.language,
        context={"notice": notice, "own": own, "plan": plan_of(subscription)},
        template="notice",
    )
