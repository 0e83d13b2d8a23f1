"""Leaving: at the end of what is paid, on a day, at once, and undone."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from wainwright.billing import course, states
from wainwright.billing.course import CancelOn
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import (
    CancellationAsked,
    CancellationUndone,
    SubscriptionCancelled,
)
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.moving import move
from wainwright.billing.owing import owe_no_more
from wainwright.billing.standing import standing_of
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.sales import ledger

_SEPARATOR = ": "  # of source, name and reason in the ledger's note


def cancel_at_period_end(
    subscription: Subscription, *, by: Actor, source: str, reason: str = ""
) -> Subscription:
    """Nothing is charged from this moment on; it runs until what is paid for ends.

    If nothing paid is left (an unpaid period, a pause past the period) it ends at once. `source`
    is hub, dashboard, statement, gateway or api. Asking again changes nothing.
    """
    return _cancel(subscription, None, by=by, source=source, reason=reason)


def cancel_on(
    subscription: Subscription, day: datetime, *, by: Actor, source: str, reason: str = ""
) -> Subscription:
    """It ends on that day, in the future. What falls due before is charged, the last in part.

    If it owes anything now, that is not owed any more, and without paid time it ends at once.
    """
    return _cancel(subscription, ending_on(day).day, by=by, source=source, reason=reason)


def ending_on(day: datetime) -> CancelOn:
    """The act for `preview`. MoveRefused where the day is not in the future."""
    if day <= clock.now():
        raise MoveRefused(_("Choose a day in the future, or cancel at once."))
    return CancelOn(day)


def _cancel(
    subscription: Subscription, day: datetime | None, *, by: Actor, source: str, reason: str
) -> Subscription:
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.ended or subscription.cancel_at is not None:
            return subscription
        now = clock.now()
        ending = course.cancelled(standing_of(subscription), day, now)
        owe_no_more(subscription, why="the subscription was cancelled", by=by)
        _note_who(subscription, by, source, reason, now)
        if ending.state == states.CANCELLED:
            return _end(subscription, by, announced=False)
        assert ending.cancel_at is not None
        subscription.cancel_at, subscription.next_due_at = ending.cancel_at, ending.next_due_at
        subscription.resume_at = None
        subscription.failures = 0
        subscription.version += 1
        subscription.save()
        audit.note(
            "subscription.cancellation_asked",
            subscription.public_id,
            by=by,
            business_id=subscription.business_id,
            source=source,
            reason=reason,
        )
        events.announce(
            CancellationAsked(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                cancel_at=subscription.cancel_at.isoformat(),
                charged_before=subscription.next_due_at is not None,
                by=by.label,
                source=source,
                reason=reason,
            )
        )
    return subscription


def cancel_now(
    subscription: Subscription, *, by: Actor, source: str, reason: str = ""
) -> Subscription:
    """Ends it at this moment. What was paid is not given back by this; that is a refund."""
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.ended:
            return subscription
        owe_no_more(subscription, why="the subscription was cancelled", by=by)
        _note_who(subscription, by, source, reason, clock.now())
        return _end(subscription, by, announced=False)


def undo_cancellation(
    subscription: Subscription, *, by: Actor, source: str = "", reason: str = ""
) -> Subscription:
    """As if nothing had been asked: it renews on the day it would have. Until it has ended."""
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if not subscription.ending:
            if subscription.ended:
                raise MoveRefused(_("It has ended already and cannot be brought back here."))
            return subscription
        if not subscription.can_undo_cancel:
            raise MoveRefused(_("Its last part is paid already. It ends on the day agreed."))
        subscription.next_due_at = course.undone(standing_of(subscription)).next_due_at
        subscription.cancel_at = subscription.cancel_asked_at = None
        subscription.cancel_by = subscription.cancel_source = subscription.cancel_reason = ""
        subscription.version += 1
        subscription.save()
        audit.note(
            "subscription.cancellation_undone",
            subscription.public_id,
            by=by,
            business_id=subscription.business_id,
            source=source,
            reason=reason,
        )
        events.announce(
            CancellationUndone(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                by=by.label,
                source=source,
                reason=reason,
            )
        )
    return subscription


@prepared
def _over(now: Slot, *, limit: int) -> QuerySet[Subscription, int]:
    over = Subscription.objects.filter(cancel_at__lte=now, ended_at=None)
    billed = over.exclude(next_due_at__lt=F("cancel_at"), open_bill=None)
    return billed.order_by("cancel_at").values_list("pk", flat=True)[:limit]


def end_due(limit: int = BATCH) -> int:
    """For the sweep: ends what was cancelled and whose time is over.

    What fell due before that and has no bill yet is billed first. What is still owed then is not
    owed any more.
    """
    ids = _over(clock.now(), limit=limit)
    for subscription_id in ids:
        with transaction.atomic():
            subscription = Subscription.locked(subscription_id)
            if subscription.ending:
                owe_no_more(subscription, why="the subscription ended", by=SYSTEM)
                _end(subscription, SYSTEM, announced=True)
    return len(ids)


def _end(subscription: Subscription, by: Actor, *, announced: bool) -> Subscription:
    subscription.ended_at = clock.now()
    subscription.cancel_at = subscription.cancel_at or subscription.ended_at
    subscription.failures = 0
    subscription.resume_at = None
    Pause.objects.filter(subscription=subscription, ended_at=None).update(
        ended_at=subscription.ended_at
    )
    move(subscription, states.CANCELLED, by=by, reason=subscription.cancel_reason)
    book_end(subscription)
    events.announce(
        SubscriptionCancelled(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            announced=announced,
            by=subscription.cancel_by,
            source=subscription.cancel_source,
            reason=subscription.cancel_reason,
        )
    )
    return subscription


def book_end(subscription: Subscription) -> None:
    """The ledger's row of zero, with who ended it, from where and why."""
    ledger.book_cancellation(
        order_id=subscription.order_id,
        product_id=subscription.product_id,
        item=subscription.name,
        subject=subscription.public_id,
        note=_SEPARATOR.join(
            part
            for part in (
                subscription.cancel_source,
                subscription.cancel_by,
                subscription.cancel_reason,
            )
            if part
        ),
    )


def said_in(note: str) -> tuple[str, str, str]:
    """Who ended it, from where and why, from the note of its row in the ledger."""
    source, _colon, rest = note.partition(_SEPARATOR)
    by, _colon, reason = rest.partition(_SEPARATOR)
    return by, source, reason


def _note_who(
    subscription: Subscription, by: Actor, source: str, reason: str, now: datetime
) -> None:
    subscription.cancel_asked_at = now
    subscription.cancel_by = by.label[:254]
    subscription.cancel_source = source
    subscription.cancel_reason = reason[:500]
