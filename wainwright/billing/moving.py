"""The one door through which a subscription changes its state."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Hold, Subscription
from wainwright.billing.standing import drop_planned
from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.models import AuditRow

_WHOLE = [field.name for field in Subscription._meta.concrete_fields if not field.primary_key]


def move(subscription: Subscription, to: str, *, by: Actor, reason: str = "") -> Subscription:
    """Moves a locked subscription to another state and saves it whole, with its trail.

    Staying where it is only saves. Raises MoveRefused for a move that states.MOVES does not know.
    """
    move_all([(subscription, to)], by=by, reason=reason)
    return subscription


def move_all(moves: Collection[tuple[Subscription, str]], *, by: Actor, reason: str = "") -> None:
    """Moves several locked subscriptions, each to the state beside it, as `move` does one."""
    trail = [_turn(subscription, to, by, reason) for subscription, to in moves]
    Subscription.objects.bulk_update([subscription for subscription, _to in moves], _WHOLE)
    audit.note_all(line for line in trail if line is not None)


def _release(subscription: Subscription, by: Actor) -> None:
    """Nothing of it waits for the seller any more; but what stops collecting outlasts a pause."""
    held = Hold.objects.filter(subscription=subscription, decided_at=None)
    if not subscription.ended:
        held = held.exclude(kind__in=Hold.STOPS)
    held.update(decided_at=clock.now(), decision=Hold.SKIP, by=by.label[:254])


def _turn(subscription: Subscription, to: str, by: Actor, reason: str) -> AuditRow | None:
    """The move itself, not saved yet, and its line in the trail; none where it only stays."""
    before = subscription.state
    if to != before and to not in states.MOVES[before]:
        names = dict(states.NAMES)
        raise MoveRefused(
            _("This subscription is %(now)s and cannot become %(then)s.")
            % {"now": names[before], "then": names[to]}
        )
    subscription.state = to
    if to in states.ENDED:
        subscription.next_due_at = None
        drop_planned(subscription)
    if to != before and to not in states.BILLABLE:
        _release(subscription, by)
    subscription.version += 1
    if to == before:
        return None
    return audit.line(
        f"subscription.{to}",
        subscription.public_id,
        by=by,
        business_id=subscription.business_id,
        before=before,
        reason=reason,
    )
