"""One bill day: what a customer pays by the month, or by several, is moved to one day of it.

Nothing is charged for it. What runs ends as it would have; the next bill of each then charges the
part of a period until the bill day, and from that day on whole periods.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import changing, course, planning
from wainwright.billing.course import Align
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import BillDayChosen
from wainwright.billing.models import Subscription
from wainwright.billing.moving import move
from wainwright.billing.standing import Standing, standing_of
from wainwright.billing.switching import can_switch
from wainwright.core import audit, clock, events, many
from wainwright.core.actors import Actor
from wainwright.core.money import Money
from wainwright.tax.queries import Rates

FIRST, LAST = 1, 28  # every month has them


@dataclass(frozen=True, slots=True)
class Way:
    """The next payment of one that moves: `sum` at `at`, for a part of a period until `until`, or
    for a whole one (None); from then on `regular` each `interval`."""

    name: str
    at: datetime
    sum: Money
    until: datetime | None
    regular: Money
    interval: str


def way_of(standing: Standing) -> Way:
    """How it comes to its bill day, as it stands or would stand after the act."""
    standing = course.turned(standing)
    rates = Rates.of(standing.products)
    charge = planning.next_charges(standing, rates)[-1]
    return Way(
        name=standing.plan.words,
        at=charge.starts_at,
        sum=charge.line.gross,
        until=None if charge.whole else charge.ends_at,
        regular=Money(changing.regular(standing, standing.plan, rates), standing.currency),
        interval=standing.plan.interval,
    )


def together(subscription: Subscription) -> list[Subscription]:
    """What moves with it, and itself: the customer's, in its currency, that run without debt, by
    whole months and without end. Empty where it cannot be moved itself.
    """
    same = Subscription.objects.filter(
        customer_id=subscription.customer_id, currency=subscription.currency, ended_at=None
    )
    others = same.exclude(pk=subscription.pk).select_related("business", "product", "method")
    found = sorted((subscription, *others), key=lambda each: each.pk)
    return [each for each in found if can_align(each)] if can_align(subscription) else []


def can_align(subscription: Subscription) -> bool:
    """Whether its bill day may be chosen now."""
    return can_switch(subscription) and standing_of(subscription).by_months


def proposed(moved: Iterable[Subscription], day: int) -> Align:
    """The act for `preview` and then for `align`."""
    return Align(day, frozenset(each.pk for each in moved))


def align(act: Align, *, by: Actor, source: str = "", reason: str = "") -> None:
    """Does what was `proposed` and shown.

    Repeating changes nothing. MoveRefused where one of them cannot be moved any more.
    """
    if not FIRST <= act.day <= LAST:
        raise MoveRefused(_("Choose a day from 1 to 28, as every month has them."))
    with transaction.atomic():
        rows = many.locked(Subscription, act.subscriptions)
        many.fill(rows, "business")
        now = clock.now()
        wanted = [(each, course.after(standing_of(each), act, now)) for each in rows]
        moved = [(each, then) for each, then in wanted if then != standing_of(each)]
        if proposed(rows, act.day) != act or not all(can_align(each) for each, _then in moved):
            raise MoveRefused(_("Something has changed meanwhile. Please look at it once more."))
        for each, then in moved:
            _put(each, then, by)
        _tell([each for each, _then in moved], act.day, by, {"source": source, "reason": reason})


def _put(subscription: Subscription, then: Standing, by: Actor) -> None:
    subscription.bill_day = then.bill_day
    subscription.anchor, subscription.anchor_number = then.anchor, then.anchor_number
    move(subscription, subscription.state, by=by)


def _tell(moved: Sequence[Subscription], day: int, by: Actor, why: dict[str, str]) -> None:
    """Each has it in its history; the first one's letter tells of all."""
    for each in moved:
        first = each is moved[0]
        audit.note(
            "subscription.bill_day_chosen",
            each.public_id,
            by=by,
            business_id=each.business_id,
            day=day,
            **why,
        )
        events.announce(
            BillDayChosen(
                business_id=each.business_id,
                subscription_id=each.pk,
                day=day,
                at=each.due(each.payments_made).isoformat(),
                others=[other.pk for other in moved[1:]] if first else None,
                by=by.label,
                **why,
            )
        )
