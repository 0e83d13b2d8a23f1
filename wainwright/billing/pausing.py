"""Pausing, for some periods, until a day or without an end, and going on."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.billing import course, states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import SubscriptionPaused, SubscriptionResumed
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.moving import move
from wainwright.billing.owing import owe_no_more
from wainwright.billing.standing import standing_of
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH

MOST_PERIODS = 24


def pause(
    subscription: Subscription,
    *,
    by: Actor,
    periods: int | None = None,
    until: datetime | None = None,
    source: str = "",
    reason: str = "",
) -> Subscription:
    """Nothing is charged until it goes on; payments owed on a limited plan stay owed.

    With `periods`, so many are left out, and it goes on the day the next would have begun; with
    `until`, it goes on then; with neither, when somebody resumes it. Repeating changes nothing.
    """
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.state == states.PAUSED:
            return subscription
        if not subscription.can_pause:
            raise MoveRefused(_("Only a running subscription can be paused."))
        asked = proposed(subscription, periods, until)
        resume_at = course.paused(standing_of(subscription), asked.periods, asked.until).resume_at
        owe_no_more(subscription, why="the subscription was paused", by=by)
        put_on_hold(
            subscription,
            by=by,
            source=source,
            reason=reason,
            periods=periods,
            resume_at=resume_at,
        )
    return subscription


def put_on_hold(
    subscription: Subscription,
    *,
    by: Actor,
    source: str,
    reason: str,
    periods: int | None = None,
    resume_at: datetime | None = None,
) -> None:
    """Pauses a locked subscription that owes nothing. Call inside a transaction."""
    now = clock.now()
    Pause.objects.create(
        business_id=subscription.business_id,
        subscription=subscription,
        started_at=now,
        periods=periods,
        by=by.label[:254],
        source=source,
        reason=reason[:500],
    )
    subscription.paused_at, subscription.resume_at = now, resume_at
    subscription.next_due_at = None
    subscription.failures = 0
    move(subscription, states.PAUSED, by=by, reason=reason)
    events.announce(
        SubscriptionPaused(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            resume_at=resume_at.isoformat() if resume_at else None,
            by=by.label,
            source=source,
            reason=reason,
        )
    )


def proposed(
    subscription: Subscription, periods: int | None = None, until: datetime | None = None
) -> course.Pause:
    """The act for `preview`. MoveRefused where it would leave out too much or end in the past."""
    if periods is not None and not 1 <= periods <= MOST_PERIODS:
        raise MoveRefused(_("A pause leaves out 1 to %(most)s periods.") % {"most": MOST_PERIODS})
    resume_at = course.paused(standing_of(subscription), periods, until).resume_at
    if resume_at is not None and resume_at <= clock.now():
        raise MoveRefused(_("A pause ends in the future. Please choose a later day."))
    return course.Pause(periods, until)


def resume(
    subscription: Subscription,
    *,
    by: Actor,
    at: datetime | None = None,
    source: str = "",
    reason: str = "",
) -> Subscription:
    """Goes on without a charge while paid time is left, or after the periods left out, as planned.

    Otherwise a new period begins, and the bill day moves to it: nothing is charged for the time of
    the pause. `at` is when it was to go on; now, if not given.
    """
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.state != states.PAUSED:
            if subscription.ended:
                raise MoveRefused(_("It has ended already and cannot be resumed."))
            return subscription
        moment = at or clock.now()
        pause = Pause.objects.get(subscription=subscription, ended_at=None)
        pause.ended_at = moment
        pause.save(update_fields=["ended_at"])
        to = go_on(subscription, moment, planned=pause.periods if at else None)
        move(subscription, to, by=by, reason=reason)
        events.announce(
            SubscriptionResumed(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                by=by.label,
                source=source,
                reason=reason,
            )
        )
    return subscription


def go_on(subscription: Subscription, moment: datetime, *, planned: int | None = None) -> str:
    """Sets its course from a moment on, by course.gone_on; returns its state then. Not saved."""
    course_then = course.gone_on(standing_of(subscription), moment, planned=planned)
    subscription.anchor, subscription.anchor_number = course_then.anchor, course_then.anchor_number
    subscription.next_due_at = course_then.next_due_at
    subscription.paused_at = subscription.resume_at = None
    return course_then.state


@prepared
def _over(now: Slot, *, limit: int) -> QuerySet[Subscription]:
    rows = Subscription.objects.filter(resume_at__lte=now, state=states.PAUSED)
    return rows.order_by("resume_at")[:limit]


def resume_due(limit: int = BATCH) -> int:
    """For the sweep: lets go on what was paused until a day that has come."""
    rows = _over(clock.now(), limit=limit)
    for subscription in rows:
        resume(subscription, by=SYSTEM, at=subscription.resume_at)
    return len(rows)
