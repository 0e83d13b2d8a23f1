"""What the seller lets a customer do alone with a subscription, and how far."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from wainwright.billing import aligning, pausing, reactivating, states, switching
from wainwright.billing.course import Align, Switch
from wainwright.billing.dunning import DUNNING
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import BillDayChosen, PlanChangeAsked, PlanChanged
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.catalog.queries import prices_of
from wainwright.core import clock
from wainwright.core.actors import Actor
from wainwright.core.models import EventRow
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


def offered_prices(subscription: Subscription) -> list[Price]:
    """What it may change to: the other prices on sale of its product, where the seller lets them.

    The present price comes first, for another quantity of it. Empty where nothing may be changed.
    """
    runs = subscription.state in (states.TRIALING, states.ACTIVE) and not subscription.ending
    if not runs or subscription.open_bill_id or subscription.kind != Price.SUBSCRIPTION:
        return []
    rules = RuleBook.read().of(subscription.product_id)
    if not (rules.change_price or rules.change_quantity):
        return []
    if _changes(subscription) >= rules.changes_a_year:
        return []
    others = prices_of(subscription.product) if rules.change_price else []
    fitting = [each for each in others if each.kind == Price.SUBSCRIPTION]
    prices = [each for each in fitting if each.pk != subscription.price_id]
    if not prices and not rules.change_quantity:
        return []
    subscription.price.product = subscription.product
    return [subscription.price, *prices]


def may_count(subscription: Subscription) -> bool:
    """Whether another quantity may be chosen."""
    return bool(RuleBook.read().of(subscription.product_id).change_quantity)


def _changes(subscription: Subscription) -> int:
    """How often the customer changed it within a year."""
    told = EventRow.objects.filter(
        name__in=(PlanChanged.name, PlanChangeAsked.name, BillDayChosen.name),
        at__gt=clock.now() - A_YEAR,
        business_id=subscription.business_id,
        payload__subscription_id=subscription.pk,
        payload__source=SOURCE,
    )
    return int(told.count())


def change(subscription: Subscription, act: Switch, *, by: Actor, return_url: str = "") -> Switched:
    """Changes price or quantity as it was shown, where the seller lets customers do so; with
    `return_url` as billing.switching.switch has it."""
    known = {each.pk for each in offered_prices(subscription)}
    counted = act.plan.quantity == subscription.quantity or may_count(subscription)
    if act.plan.price_id not in known or not counted:
        raise MoveRefused(_("This change cannot be made here. Nothing was changed."))
    return switching.switch(subscription, act, by=by, source=SOURCE, return_url=return_url)


def keep_plan(subscription: Subscription, *, by: Actor) -> None:
    """Takes a planned change back."""
    switching.keep(subscription, by=by, source=SOURCE)


def may_align(subscription: Subscription) -> bool:
    """Whether the customer may choose its bill day now."""
    rules = RuleBook.read().of(subscription.product_id)
    if not rules.change_day or not aligning.can_align(subscription):
        return False
    return _changes(subscription) < rules.changes_a_year


def moved_together(subscription: Subscription) -> list[Subscription]:
    """What moves with it to another bill day, and itself; empty where it may not be moved."""
    found = [each for each in aligning.together(subscription) if may_align(each)]
    return found if subscription in found else []


def align(subscription: Subscription, act: Align, *, by: Actor) -> None:
    """Moves them to the day as it was shown; MoveRefused where the customer may not."""
    if not act.subscriptions <= {each.pk for each in moved_together(subscription)}:
        raise MoveRefused(_("Something has changed meanwhile. Please look at it once more."))
    aligning.align(act, by=by, source=SOURCE)


def _can_be_paid(subscription: Subscription) -> bool:
    method = subscription.method
    return not subscription.amount or (method is not None and method.gone_at is None)
