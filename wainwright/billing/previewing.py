"""What will be billed, to the cent, as things stand or after a proposed act.

It is computed by the functions that make the bills: what is shown is what is charged, as long as
payments succeed, the clock is kept, nobody changes his mind and the seller need not be asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from wainwright.billing import arrears, changeover, course, credit, methods, planning, states
from wainwright.billing.course import Act, Align, Switch
from wainwright.billing.crediting import Purse
from wainwright.billing.models import Pause, Period, Subscription
from wainwright.billing.planning import Draft
from wainwright.billing.standing import Standing, standing_of
from wainwright.core import clock
from wainwright.core.money import Money
from wainwright.payments.models import BillLine
from wainwright.tax.queries import Rates

A_YEAR = timedelta(days=366)


def preview(subscription: Subscription, act: Act | None = None) -> list[Draft]:
    """Every bill of the next twelve months on which its customer's subscriptions meet, in order.

    Each line says what for (`reason`), and of what is overdue `parts` says how it is charged, where
    that was agreed. Nothing is written, and no act is checked for whether it would be allowed.
    """
    now = clock.now()
    of_customer = Subscription.objects.filter(customer_id=subscription.customer_id)
    rows = list(of_customer.select_related("business", "method"))
    methods.choose_newest(rows)
    before = {row.pk: _with_pause(standing_of(row)) for row in rows}
    owed = {each.open_bill_id for each in before.values() if each.open_bill_id is not None}
    purse = credit.purse_of([subscription.customer_id], bills=owed)
    first: list[Draft] = []
    after = dict(before)
    match act:
        case None:
            pass
        case Switch(at=datetime()) if before[subscription.pk].state != states.TRIALING:
            changed = changeover.foreseen(subscription, act, purse)
            first, after[subscription.pk] = [changed.draft], changed.standing
        case Align():
            after = {pk: course.after(each, act, now) for pk, each in before.items()}
        case _:
            after[subscription.pk] = course.after(before[subscription.pk], act, now)
            _part(before[subscription.pk], after, purse)
    products = {product for each in after.values() for product in each.products}
    drafts = foresee(after.values(), until=now + A_YEAR, rates=Rates.of(products), purse=purse)
    owed -= {each.open_bill_id for pk, each in before.items() if not after[pk].owes}
    agreed = arrears.to_come_of(owed) if owed else {}
    return first + [replace(each, parts=agreed.get(each.open_bill_id or 0, ())) for each in drafts]


def credit_left(subscription: Subscription, act: Switch) -> Money:
    """What its customer has for later bills once another plan is in force."""
    purse = credit.purse_of([subscription.customer_id])
    if act.at is not None and subscription.state != states.TRIALING:
        changeover.foreseen(subscription, act, purse)
    return purse.left(subscription.customer_id, subscription.currency)


def next_bill(subscription: Subscription, act: Act | None = None) -> Draft | None:
    """The first bill after an act that charges this subscription; none within a year: None."""
    for draft in preview(subscription, act):
        if draft.concerns(subscription.pk):
            return draft
    return None


def _part(was: Standing, after: dict[int, Standing], purse: Purse) -> None:
    """A bill that is not owed by one any more lets go of its credit; the others' takes again."""
    if was.open_bill_id is None or after[was.id].open_bill_id is not None:
        return
    purse.put_back(was.open_bill_id)
    periods = Period.objects.filter(bill_id=was.open_bill_id)
    others = periods.exclude(subscription_id=was.id).values_list("position", flat=True)
    lines = BillLine.objects.filter(bill_id=was.open_bill_id, position__in=list(others))
    due = Money(sum(lines.values_list("gross", flat=True)), was.currency)
    purse.hold(was.open_bill_id, purse.take(was.customer_id, due))


def _with_pause(standing: Standing) -> Standing:
    if standing.state != states.PAUSED or standing.resume_at is None:
        return standing
    pause = Pause.objects.get(subscription_id=standing.id, ended_at=None)
    return course.paused(standing, pause.periods, standing.resume_at)


def foresee(
    standings: Iterable[Standing], *, until: datetime, rates: Rates, purse: Purse
) -> list[Draft]:
    """The bills up to that moment, if every payment succeeds. Pure, but for the purse."""
    now_as = {each.id: each for each in standings}
    bills: list[Draft] = []
    while (moment := _next_moment(now_as.values())) is not None and moment <= until:
        for each in list(now_as.values()):
            if each.resume_at is not None and each.resume_at <= moment:
                now_as[each.id] = course.resumed_as_planned(each)
        due = planning.bills_due(now_as.values(), moment, rates)
        for draft in planning.with_credit(due, purse):
            bills.append(draft)
            for charge in draft.charges:
                now_as[charge.standing.id] = course.paid(now_as[charge.standing.id], charge.ends_at)
    return bills


def _next_moment(standings: Iterable[Standing]) -> datetime | None:
    """When the next thing happens by itself."""
    dues = [each.next_due_at for each in standings if each.state in states.BILLABLE]
    resumptions = [each.resume_at for each in standings if each.state == states.PAUSED]
    return min((each for each in dues + resumptions if each is not None), default=None)
