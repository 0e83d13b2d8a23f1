"""What will be billed, to the cent, as things stand or after a proposed act.

It is computed by the functions that make the bills: what is shown is what is charged, as long as
payments succeed, the clock is kept, and nobody changes his mind.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from wainwright.billing import course, planning, states
from wainwright.billing.course import Act
from wainwright.billing.models import Pause, Subscription
from wainwright.billing.planning import Draft
from wainwright.billing.standing import Standing, standing_of
from wainwright.core import clock
from wainwright.tax.queries import Rates

A_YEAR = timedelta(days=366)


def preview(subscription: Subscription, act: Act | None = None) -> list[Draft]:
    """Every bill of the next twelve months on which its customer's subscriptions meet, in order.

    Each line says what for (`reason`). Nothing is written, and no act is checked for whether it
    would be allowed.
    """
    now = clock.now()
    rows = Subscription.objects.filter(customer_id=subscription.customer_id)
    standings = [_with_pause(standing_of(each)) for each in rows.select_related("business")]
    if act is not None:
        standings = [
            course.after(each, act, now) if each.id == subscription.pk else each
            for each in standings
        ]
    rates = Rates.of({each.plan.product_id for each in standings})
    return foresee(standings, until=now + A_YEAR, rates=rates)


def _with_pause(standing: Standing) -> Standing:
    if standing.state != states.PAUSED or standing.resume_at is None:
        return standing
    pause = Pause.objects.get(subscription_id=standing.id, ended_at=None)
    return course.paused(standing, pause.periods, standing.resume_at)


def foresee(standings: Iterable[Standing], *, until: datetime, rates: Rates) -> list[Draft]:
    """The bills up to that moment, if every payment succeeds. Pure."""
    now_as = {each.id: each for each in standings}
    bills: list[Draft] = []
    while (moment := _next_moment(now_as.values())) is not None and moment <= until:
        for each in list(now_as.values()):
            if each.resume_at is not None and each.resume_at <= moment:
                now_as[each.id] = course.resumed_as_planned(each)
        for draft in planning.bills_due(now_as.values(), moment, rates):
            bills.append(draft)
            for charge in draft.charges:
                now_as[charge.standing.id] = course.paid(now_as[charge.standing.id], charge.ends_at)
    return bills


def _next_moment(standings: Iterable[Standing]) -> datetime | None:
    """When the next thing happens by itself."""
    dues = [each.next_due_at for each in standings if each.state in states.BILLABLE]
    resumptions = [each.resume_at for each in standings if each.state == states.PAUSED]
    return min((each for each in dues + resumptions if each is not None), default=None)
