"""The one door through which a subscription changes its state."""

from __future__ import annotations

from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Hold, Subscription
from wainwright.core import audit, clock
from wainwright.core.actors import Actor


def move(subscription: Subscription, to: str, *, by: Actor, reason: str = "") -> Subscription:
    """Moves a locked subscription to another state and saves it whole, with its trail.

    Staying where it is only saves. Raises MoveRefused for a move that states.MOVES does not know.
    """
    before = subscription.state
    if to != before and to not in states.MOVES[before]:
        names = dict(states.NAMES)
        raise MoveRefused(
            _("This subscription is %(now)s and cannot become %(then)s.")
            % {"now": names[before], "then": names[to]}
        )
    subscription.state = to
    if to in states.ENDED:
        subscription.next_due_at = subscription.then = None
    if to != before and to not in states.BILLABLE:
        Hold.objects.filter(subscription=subscription, decided_at=None).update(
            decided_at=clock.now(), decision=Hold.SKIP, by=by.label[:254]
        )
    subscription.version += 1
    subscription.save()
    if to != before:
        audit.note(
            f"subscription.{to}",
            subscription.public_id,
            by=by,
            business_id=subscription.business_id,
            before=before,
            reason=reason,
        )
    return subscription
