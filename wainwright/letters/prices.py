"""The notice of a new price that asks more, without which the old one is charged.

It goes out on its day of the schedule, or at once where that day is past and it still is in time.
What counts is that it was sent, not that it was written.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from wainwright.billing import states, switching
from wainwright.billing.models import Subscription
from wainwright.billing.standing import in_time
from wainwright.consumer_law import notices
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import local_day
from wainwright.core.prepared import Slot, prepared
from wainwright.letters import alerts
from wainwright.letters.models import Letter
from wainwright.letters.noticing import SLACK, write_notice
from wainwright.letters.plans import plan_of
from wainwright.letters.wording import Book, Notice
from wainwright.payments import restoring

KIND = "price_change"


@prepared
def _untold(until: Slot) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(
        then_waits=True, then_told_for=None, next_due_at__lte=until, cancel_at=None
    )
    rows = rows.filter(state__in=states.BILLABLE, open_bill=None)
    return rows.select_related("customer", "business", "product", "method").order_by("pk")


def tell_of_prices() -> None:
    """For the sweep, before the renewals: writes the notices, notes those that were sent, and tells
    the seller of each that did not go out in time."""
    now = clock.now()
    days, _latest = notices.of_price(now.date())
    untold = _untold(now + timedelta(days=days) + SLACK)
    if untold and restoring.paused():
        return
    for subscription in untold:
        _follow(subscription, now)


def _follow(subscription: Subscription, now: datetime) -> None:
    due = subscription.next_due_at
    assert due is not None
    letter = Letter.objects.filter(kind=KIND, cause=_cause(subscription)).first()
    if letter is not None and letter.sent_at is not None:
        switching.note_told(subscription, letter.sent_at, SYSTEM, letter.public_id)
    elif in_time(now, subscription.zone) <= due:
        _write(subscription, due, now)
    elif letter is not None:
        alerts.tell_of_unsent_price(subscription, letter)


def _write(subscription: Subscription, due: datetime, now: datetime) -> None:
    zone = subscription.zone
    notice = Notice(
        kind=KIND,
        name=subscription.customer.name,
        item_name=plan_of(subscription).name,
        vendor_name=subscription.business.name,
        days=(local_day(due, zone) - local_day(now, zone)).days,
        sum=plan_of(subscription).regular,
        at=due,
    )
    write_notice(subscription, notice, _cause(subscription), Book.read())


def _cause(subscription: Subscription) -> str:
    """One for each plan and the payment that it is to begin with."""
    then = subscription.then or {}
    plan = f"{then['price_id']}x{then['quantity']}"
    return f"{subscription.public_id}:{KIND}:{subscription.payments_made}:{plan}"
