"""A subscription as far as its next charges depend on it: plain values, read once, never saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.consumer_law import notices
from wainwright.core import clock
from wainwright.core.dates import INTERVALS, add_days, local_day, next_on, occurrence
from wainwright.core.money import Money


@dataclass(frozen=True, slots=True)
class Plan:
    """What is bought each period. `amount` is what the price states for one, in minor units."""

    product_id: int
    price_id: int
    name: str
    amount: int
    quantity: int
    inclusive: bool
    interval: str

    @property
    def words(self) -> str:
        """Its name, with the quantity where it is more than one."""
        return self.name if self.quantity == 1 else f"{self.quantity} × {self.name}"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a subscription stands. Payment `made` (from 0) is the next; instants are UTC."""

    id: int
    business_id: int
    customer_id: int
    order_id: int
    method_id: int | None
    plan: Plan
    currency: str
    country: str
    zone: str
    state: str
    anchor: datetime
    anchor_number: int
    made: int
    total: int | None
    current_end: datetime
    next_due_at: datetime | None
    cancel_at: datetime | None = None
    resume_at: datetime | None = None
    pause_periods: int | None = None
    trial_ends_at: datetime | None = None
    open_bill_id: int | None = None  # its next try is at next_due_at
    catch_up_to: int | None = None
    last_gross: int | None = None
    vouched_gross: int | None = None
    bill_day: int | None = None  # of the month, on which its periods begin from its next bill on
    then: Plan | None = None  # the plan from the next period on
    then_from: datetime | None = None  # but from none that begins before

    @property
    def products(self) -> set[int]:
        """Whose tax it needs: of the plan in force and of the one that follows."""
        return {plan.product_id for plan in (self.plan, self.then) if plan is not None}

    @property
    def owes(self) -> bool:
        return self.open_bill_id is not None

    def with_plan(self, plan: Plan) -> Standing:
        """With that plan in force, and none planned."""
        return replace(self, plan=plan, then=None, then_from=None)

    def due(self, number: int) -> datetime:
        """When payment `number` falls due."""
        return occurrence(self.anchor, self.plan.interval, number - self.anchor_number, self.zone)

    @property
    def by_months(self) -> bool:
        """Whether its periods are whole months."""
        return bool(INTERVALS[self.plan.interval][0])

    def end(self, number: int) -> datetime:
        """When the period of payment `number` ends: as the next falls due, but in the last of its
        next bill on the bill day that was chosen."""
        day, start = self.bill_day, self.due(number)
        is_last = number >= max(self.made, self.catch_up_to or 0)
        if day is None or not self.by_months or not is_last or self.day(start).day == day:
            return self.due(number + 1)
        return next_on(day, start, self.zone)

    def day(self, moment: datetime) -> date:
        return local_day(moment, self.zone)

    @property
    def unit(self) -> Money:
        return Money(self.plan.amount, self.currency)


def standing_of(subscription: Subscription) -> Standing:
    """Call with the business loaded."""
    return Standing(
        id=subscription.pk,
        business_id=subscription.business_id,
        customer_id=subscription.customer_id,
        order_id=subscription.order_id,
        method_id=subscription.method_id,
        plan=plan_of(subscription),
        currency=subscription.currency,
        country=subscription.business.country,
        zone=subscription.zone,
        state=subscription.state,
        anchor=subscription.anchor,
        anchor_number=subscription.anchor_number,
        made=subscription.payments_made,
        total=subscription.payments_total,
        current_end=subscription.current_end,
        next_due_at=subscription.next_due_at,
        cancel_at=subscription.cancel_at,
        resume_at=subscription.resume_at,
        trial_ends_at=subscription.trial_ends_at,
        open_bill_id=subscription.open_bill_id,
        catch_up_to=subscription.catch_up_to,
        last_gross=subscription.last_gross,
        vouched_gross=subscription.vouched_gross,
        bill_day=subscription.bill_day,
        then=Plan(**subscription.then) if subscription.then else None,
        then_from=_from(subscription),
    )


def _from(subscription: Subscription) -> datetime | None:
    """From when on a planned plan may be charged. Nobody was told of a higher price yet: as long as
    a notice would be in time, it is counted on."""
    if not subscription.then_waits:
        return None
    return subscription.then_told_for or in_time(clock.now(), subscription.zone)


def in_time(told: datetime, zone: str) -> datetime:
    """The first moment at which a higher price may be charged that was told of then."""
    return add_days(told, notices.of_price(told.date())[1], zone)


def plan_of(subscription: Subscription) -> Plan:
    return Plan(
        product_id=subscription.product_id,
        price_id=subscription.price_id,
        name=subscription.name,
        amount=subscription.amount,
        quantity=subscription.quantity,
        inclusive=subscription.tax_behaviour == Price.INCLUSIVE,
        interval=subscription.interval,
    )


def put_plan(subscription: Subscription, plan: Plan) -> None:
    """The plan in force from now on; none is planned after it. Not saved."""
    subscription.product_id, subscription.price_id = plan.product_id, plan.price_id
    subscription.name, subscription.amount = plan.name, plan.amount
    subscription.quantity, subscription.interval = plan.quantity, plan.interval
    subscription.tax_behaviour = Price.INCLUSIVE if plan.inclusive else Price.EXCLUSIVE
    drop_planned(subscription)


def drop_planned(subscription: Subscription) -> None:
    """No plan is planned. Not saved."""
    subscription.then = subscription.then_told_for = None
    subscription.then_waits = False
