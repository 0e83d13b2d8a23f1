"""Another price or quantity: at once or from the next period on."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import changeover, changing, course, states
from wainwright.billing.course import Switch
from wainwright.billing.crediting import Purse
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import PlanChangeAsked, PlanKept
from wainwright.billing.models import Change, Subscription
from wainwright.billing.owing import drop_changes
from wainwright.billing.rulebook import RuleBook
from wainwright.billing.standing import (
    Plan,
    Standing,
    drop_planned,
    in_time,
    plan_of,
    put_plan,
    standing_of,
)
from wainwright.billing.terms import description
from wainwright.catalog.models import Price
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM, Actor
from wainwright.payments import attempts, charging, janitor
from wainwright.payments.models import Payment
from wainwright.tax.queries import Rates

# How long what was shown may be agreed to.
OFFER = timedelta(hours=1)
MOST = 10_000


class Switched(StrEnum):
    """What became of it. The old plan stays in force but for DONE."""

    DONE = "done"
    PLANNED = "planned"  # from the next period on
    DECLINED = "declined"
    AWAY = "away"  # the gateway could not be reached, and nothing was charged
    WAITING = "waiting"  # no answer yet; in force when the payment succeeds
    CONFIRM = "confirm"  # the buyer is asked by his bank; in force when he confirmed in time


def proposed(
    subscription: Subscription,
    price: Price,
    *,
    quantity: int | None = None,
    now: bool | None = None,
    move: bool = False,
    by_seller: bool = False,
) -> Switch:
    """The act for `preview` and then for `switch`, which charges what was shown.

    Unless said, what costs more is at once and anything else from the next period on; what asks
    more of the customer later, and the seller wants so, waits for its notice. `move` lets the bill
    day move to today. MoveRefused where it cannot be changed, or not to this price.
    """
    _check(subscription)
    plan = _plan(subscription, price, subscription.quantity if quantity is None else quantity)
    standing = standing_of(subscription)
    rates = Rates.of([subscription.product_id, price.product_id])
    if by_seller:
        _refuse_far_above(standing, plan, rates)
    now = changing.is_upgrade(standing, plan, rates) if now is None else now
    at = clock.now().replace(microsecond=0) if now else None
    waits = by_seller and not now and changing.asks_more(standing, plan, rates)
    act = Switch(plan, at, move, waits=waits)
    if now and subscription.state != states.TRIALING:
        changeover.foreseen(subscription, act, Purse())
    return act


def _plan(subscription: Subscription, price: Price, quantity: int) -> Plan:
    product = price.product
    ours = (subscription.business_id, subscription.mode, subscription.currency)
    if (
        price.kind != Price.SUBSCRIPTION
        or (product.business_id, product.mode, product.currency) != ours
        or (price.archived_at is not None and price.pk != subscription.price_id)
    ):
        raise MoveRefused(_("This price cannot follow the present one. Please choose another."))
    if not 1 <= quantity <= MOST:
        raise MoveRefused(_("Choose a quantity from 1 to %(most)s.") % {"most": MOST})
    same = price.pk == subscription.price_id
    return Plan(
        product_id=product.pk,
        price_id=price.pk,
        name=subscription.name if same else description(price),
        amount=subscription.amount if same else price.amount,
        quantity=quantity,
        inclusive=price.tax_behaviour == Price.INCLUSIVE,
        interval=price.interval,
    )


def _refuse_far_above(standing: Standing, plan: Plan, rates: Rates) -> None:
    """The seller's hand may slip; what a customer chooses himself is his word."""
    factor = RuleBook.read().of(standing.plan.product_id).charge_factor
    if factor and changing.is_far_above(standing, plan, rates, factor=factor):
        raise MoveRefused(
            _(
                "Over the same time it costs more than %(factor)s times what it does now. Let the"
                " customer choose it in the hub, or raise the bound under Collecting first."
            )
            % {"factor": factor}
        )


def switch(
    subscription: Subscription,
    act: Switch,
    *,
    by: Actor,
    source: str = "",
    reason: str = "",
    return_url: str = "",
) -> Switched:
    """Changes the plan as `proposed`. The change is in force when its bill is paid; a bill of
    nothing is paid at once. What the old plan leaves beyond the bill is kept as credit.

    Repeating changes nothing. MoveRefused where it cannot be changed now. Where the buyer is there
    himself, `return_url` is where he comes back to from his bank's page; without him a payment that
    the bank asks about is declined.
    """
    waiting = changeover.at_a_page(subscription)
    if waiting is not None:
        _drop_if_left(attempts.close_page(waiting, by=by), subscription, "it was asked for anew")
    with transaction.atomic(durable=True):
        subscription = Subscription.locked(subscription.pk)
        begun = _begin(subscription, act, By(by, source, reason, present=bool(return_url)))
    if isinstance(begun, Switched):
        return begun
    if begun.connection is None:
        paid = attempts.settle_free(begun, by=by)
    else:
        paid = charging.charge(begun, description=act.plan.name[:100], return_url=return_url)
    _drop_if_left(paid, subscription, "the gateway was away")
    return _RESULT.get(paid.state, Switched.WAITING)


def _drop_if_left(payment: Payment, subscription: Subscription, why: str) -> None:
    """A change whose payment was given up is off."""
    if payment.state == Payment.ABANDONED:
        with transaction.atomic():
            Subscription.locked(subscription.pk)
            drop_changes([subscription.pk], why=why, by=SYSTEM)


_RESULT = {
    Payment.SUCCEEDED: Switched.DONE,
    Payment.DECLINED: Switched.DECLINED,
    Payment.ABANDONED: Switched.AWAY,
    Payment.ACTION: Switched.CONFIRM,
}


def finish(subscription: Subscription) -> Payment | None:
    """The buyer is back from his bank's page: the newest payment there, as the gateway knows it."""
    made = Payment.objects.filter(
        customer=subscription.customer_id,
        purpose=Payment.CHANGE,
        subject=subscription.public_id,
        start_ref__gt="",
    )
    newest = made.select_related("connection__business").order_by("-pk").first()
    return None if newest is None else janitor.resolve(newest)


def keep(
    subscription: Subscription, *, by: Actor, source: str = "", reason: str = ""
) -> Subscription:
    """The plan in force stays: what was planned instead is off. Repeating changes nothing."""
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        _stay(subscription, By(by, source, reason))
    return subscription


@dataclass(frozen=True, slots=True)
class By:
    """Who, from where, and why; `present` if he can be led to his bank's page."""

    actor: Actor
    source: str
    reason: str
    present: bool = False

    @property
    def said(self) -> dict[str, str]:
        return {"by": self.actor.label, "source": self.source, "reason": self.reason}


def _begin(subscription: Subscription, act: Switch, by: By) -> Switched | Payment:
    if plan_of(subscription) == act.plan and not act.move:
        return _stay(subscription, by)
    if _waits(subscription, act.plan):
        return Switched.WAITING
    _check(subscription)
    drop_changes([subscription.pk], why="another plan was chosen", by=by.actor)
    if act.at is None:
        return _plan_for_later(subscription, act, by)
    if subscription.state == states.TRIALING:
        put_plan(subscription, act.plan)
        subscription.vouched_gross = _regular(subscription, act.plan)
        _save(subscription)
        changeover.note_changed(subscription, by=by.actor.label, source=by.source, reason=by.reason)
        return Switched.DONE
    if not clock.now() - OFFER <= act.at <= clock.now():
        raise MoveRefused(_("What was shown is too old. Please look at the sums once more."))
    return changeover.open_change(
        subscription, act, by.actor, source=by.source, reason=by.reason, present=by.present
    )


def _stay(subscription: Subscription, by: By) -> Switched:
    """The plan in force is wanted: what was planned instead is off."""
    if subscription.then is not None:
        drop_planned(subscription)
        _save(subscription)
        audit.note(
            "subscription.plan_kept",
            subscription.public_id,
            by=by.actor,
            business_id=subscription.business_id,
            source=by.source,
            reason=by.reason,
        )
        events.announce(
            PlanKept(
                business_id=subscription.business_id, subscription_id=subscription.pk, **by.said
            )
        )
    return Switched.DONE


def _waits(subscription: Subscription, plan: Plan) -> bool:
    waiting = Change.objects.filter(
        subscription=subscription,
        state=Change.OPEN,
        bill__payments__state__in=Payment.IN_FLIGHT,
    ).first()
    return waiting is not None and Plan(**waiting.plan) == plan


def can_switch(subscription: Subscription) -> bool:
    """Whether another price or quantity may be chosen now."""
    try:
        _check(subscription)
    except MoveRefused:
        return False
    return True


def _check(subscription: Subscription) -> None:
    if subscription.state not in (states.TRIALING, states.ACTIVE) or subscription.open_bill_id:
        raise MoveRefused(_("Only a running subscription without debt can be changed."))
    if subscription.cancel_at is not None:
        raise MoveRefused(_("It was cancelled. Undo that first, then change it."))
    if subscription.payments_total is not None:
        raise MoveRefused(_("A plan with a set number of payments stays as it was agreed."))
    if subscription.next_due_at is None or subscription.next_due_at <= clock.now():
        raise MoveRefused(_("A payment is due just now. Please try again when it is made."))


def _plan_for_later(subscription: Subscription, act: Switch, by: By) -> Switched:
    plan = act.plan
    if subscription.then != asdict(plan):
        drop_planned(subscription)
        subscription.then, subscription.then_waits = asdict(plan), act.waits
        subscription.vouched_gross = _regular(subscription, plan)
        _save(subscription)
        audit.note(
            "subscription.plan_change_asked",
            subscription.public_id,
            by=by.actor,
            business_id=subscription.business_id,
            source=by.source,
            reason=by.reason,
            waits=act.waits,
            **subscription.then,
        )
        events.announce(
            PlanChangeAsked(
                business_id=subscription.business_id,
                subscription_id=subscription.pk,
                at=begins_at(subscription).isoformat(),
                plan=plan.words,
                **by.said,
            )
        )
    return Switched.PLANNED


def _regular(subscription: Subscription, plan: Plan) -> int:
    return changing.regular(standing_of(subscription), plan, Rates.of([plan.product_id]))


def begins_at(subscription: Subscription) -> datetime:
    """When the plan that is planned comes into force."""
    return course.turns_at(standing_of(subscription))


def note_told(subscription: Subscription, told: datetime, by: Actor, notice: str) -> None:
    """The notice of its new price went out: it may be charged from the next payment on, if that
    was in time."""
    with transaction.atomic():
        locked = Subscription.locked(subscription.pk)
        due = locked.next_due_at
        known = locked.then == subscription.then and locked.then_told_for is None
        if not (known and locked.then_waits) or due is None or due < in_time(told, locked.zone):
            return
        locked.then_told_for = due
        _save(locked)
        audit.note(
            "subscription.price_told",
            locked.public_id,
            by=by,
            business_id=locked.business_id,
            notice=notice,
        )


def _save(subscription: Subscription) -> None:
    subscription.version += 1
    subscription.save()
