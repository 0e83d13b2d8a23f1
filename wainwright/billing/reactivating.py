"""Bringing back what has ended, while the seller allows it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import SubscriptionReactivated
from wainwright.billing.models import Ending, Subscription
from wainwright.billing.moving import move
from wainwright.billing.pausing import go_on
from wainwright.billing.rulebook import RuleBook
from wainwright.core import clock, events
from wainwright.core.actors import Actor
from wainwright.core.dates import add_days


def can_reactivate(subscription: Subscription) -> bool:
    """Whether it was cancelled not longer ago than the account's rules say."""
    until = reactivated_until(subscription)
    return until is not None and clock.now() <= until


def reactivated_until(subscription: Subscription) -> datetime | None:
    if subscription.state != states.CANCELLED or subscription.ended_at is None:
        return None
    days = RuleBook.read().of(subscription.product_id).return_days
    return add_days(subscription.ended_at, days, subscription.zone)


def reactivate(
    subscription: Subscription, *, by: Actor, source: str = "", reason: str = ""
) -> Subscription:
    """It goes on as before: without a charge while paid time is left, else in a new period today.

    Who had ended it, from where and why stays written. Repeating changes nothing. MoveRefused
    after the days that the account's rules give.
    """
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if not subscription.ended:
            return subscription
        if not can_reactivate(subscription):
            raise MoveRefused(_("It ended too long ago to be brought back. Please buy it again."))
        now = clock.now()
        assert subscription.ended_at is not None
        Ending.objects.create(
            business_id=subscription.business_id,
            subscription=subscription,
            asked_at=subscription.cancel_asked_at or subscription.ended_at,
            ended_at=subscription.ended_at,
            by=subscription.cancel_by,
            source=subscription.cancel_source,
            reason=subscription.cancel_reason,
            back_at=now,
            back_by=by.label[:254],
        )
        subscription.ended_at = subscription.cancel_at = subscription.cancel_asked_at = None
        subscription.cancel_by = subscription.cancel_source = subscription.cancel_reason = ""
        subscription.failures = 0
        move(subscription, go_on(subscription, now), by=by, reason=reason)
        events.announce(
            SubscriptionReactivated(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                by=by.label,
                source=source,
                reason=reason,
            )
        )
    return subscription
