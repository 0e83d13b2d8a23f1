"""What the seller lets a customer do alone with a subscription, and how far."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from wainwright.billing import pausing, reactivating, states
from wainwright.billing.dunning import DUNNING
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.core import clock
from wainwright.core.actors import Actor
from wainwright.hub.rules import is_split

SOURCE = "hub"
A_YEAR = timedelta(days=365)
# What a customer left, or lost by a payment that failed, he may take up again; what the seller
# ended or paused, the seller takes up again.
OWN = (SOURCE, "statement", DUNNING)


def most_periods(subscription: Subscription) -> int:
    """How many payments a pause may leave out now; 0 where it may not be paused.

    Only what runs and owes nothing is paused, as often a year as the seller's rules say.
    """
    runs = subscription.state == states.ACTIVE and subscription.open_bill_id is None
    if not runs or not subscription.can_pause or is_split(subscription):
        return 0
    rules = RuleBook.read().of(subscription.product_id)
    if not rules.pause_periods or _pauses(subscription) >= rules.pauses_a_year:
        return 0
    return min(rules.pause_periods, pausing.MOST_PERIODS)


def _pauses(subscription: Subscription) -> int:
    own = Pause.objects.filter(subscription=subscription, source=SOURCE)
    return int(own.filter(started_at__gt=clock.now() - A_YEAR).count())


def latest_return(subscription: Subscription) -> datetime:
    """The last day until which a pause may be asked for."""
    return subscription.due(subscription.payments_made + most_periods(subscription))


def pause(
    subscription: Subscription,
    *,
    by: Actor,
    periods: int | None = None,
    until: datetime | None = None,
) -> Subscription:
    """Pauses within the seller's limits; MoveRefused beyond them. Repeating changes nothing."""
    if subscription.state == states.PAUSED:
        return subscription
    most = most_periods(subscription)
    too_long = until is None and not 1 <= (periods or 0) <= most
    if not most or too_long or (until is not None and until > latest_return(subscription)):
        raise MoveRefused(_("It cannot be paused that long, or not now. Nothing was changed."))
    return pausing.pause(subscription, by=by, periods=periods, until=until, source=SOURCE)


def may_resume(subscription: Subscription) -> bool:
    if not subscription.can_resume:
        return False
    paused = Pause.objects.filter(subscription=subscription, ended_at=None)
    return bool(paused.filter(source__in=OWN).exists()) and _can_be_paid(subscription)


def resume(subscription: Subscription, *, by: Actor) -> Subscription:
    """Lets it go on, where the customer may."""
    if subscription.can_resume and not may_resume(subscription):
        raise MoveRefused(_("It was paused by the seller. Please write to let it go on."))
    return pausing.resume(subscription, by=by, source=SOURCE)


def may_return(subscription: Subscription) -> bool:
    """Within the days the seller's rules give, with a way to pay."""
    own = subscription.state == states.CANCELLED and subscription.cancel_source in OWN
    return own and _can_be_paid(subscription) and reactivating.can_reactivate(subscription)


def bring_back(subscription: Subscription, *, by: Actor) -> Subscription:
    """Takes up again what had ended, where the customer may."""
    if subscription.ended and not may_return(subscription):
        raise MoveRefused(_("It cannot be brought back here. Please buy it again."))
    return reactivating.reactivate(subscription, by=by, source=SOURCE)


def _can_be_paid(subscription: Subscription) -> bool:
    method = subscription.method
    return not subscription.amount or (method is not None and method.gone_at is None)
