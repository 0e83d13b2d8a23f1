"""Pausing without an end date, and going on."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import SubscriptionPaused, SubscriptionResumed
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.moving import move
from wainwright.billing.owing import owe_no_more
from wainwright.core import clock, events
from wainwright.core.actors import Actor


def pause(subscription: Subscription, *, by: Actor) -> Subscription:
    """Nothing is charged until it is resumed; payments owed on a limited plan stay owed."""
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.state == states.PAUSED:
            return subscription
        if not subscription.can_pause:
            raise MoveRefused(_("Only a running subscription can be paused."))
        owe_no_more(subscription, why="the subscription was paused", by=by)
        now = clock.now()
        Pause.objects.create(
            business_id=subscription.business_id,
            subscription=subscription,
            started_at=now,
            by=by.label[:254],
        )
        subscription.paused_at = now
        subscription.next_due_at = None
        subscription.failures = 0
        move(subscription, states.PAUSED, by=by, reason="paused")
        events.announce(
            SubscriptionPaused(
                business_id=subscription.business_id, subscription_id=subscription.pk
            )
        )
    return subscription


def resume(subscription: Subscription, *, by: Actor) -> Subscription:
    """Goes on without a charge while paid time is left; otherwise a new period begins today.

    Then the bill day moves to today: nothing is charged for the time of the pause.
    """
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.state != states.PAUSED:
            if subscription.ended:
                raise MoveRefused(_("It has ended already and cannot be resumed."))
            return subscription
        now = clock.now()
        Pause.objects.filter(subscription=subscription, ended_at=None).update(ended_at=now)
        subscription.paused_at = None
        if subscription.current_end <= now:
            subscription.anchor, subscription.anchor_number = now, subscription.payments_made
        if subscription.cancel_at is None:
            subscription.next_due_at = subscription.due(subscription.payments_made)
        in_trial = subscription.trial_ends_at is not None and subscription.trial_ends_at > now
        move(subscription, states.TRIALING if in_trial else states.ACTIVE, by=by, reason="resumed")
        events.announce(
            SubscriptionResumed(
                business_id=subscription.business_id, subscription_id=subscription.pk
            )
        )
    return subscription
