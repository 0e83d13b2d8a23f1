"""What is charged next, and on which bill: pure, so that a preview and the bill are one answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wainwright.billing import states
from wainwright.billing.course import turned
from wainwright.billing.crediting import Purse, Use
from wainwright.billing.standing import Standing
from wainwright.core.dates import part_until
from wainwright.core.money import Money
from wainwright.payments.bills import LineDraft
from wainwright.sales import totals
from wainwright.sales.totals import Totals
from wainwright.tax.queries import Rates


class Reason(StrEnum):
    """Why a line stands on a bill."""

    RENEWAL = "renewal"
    AFTER_TRIAL = "after_trial"
    INSTALLMENT = "installment"
    LAST_PART = "last_part"
    UNTIL_BILL_DAY = "until_bill_day"
    OVERDUE = "overdue"
    NEW_PLAN = "new_plan"
    UNUSED_TIME = "unused_time"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class Charge:
    """One period of one subscription, as the line of a bill."""

    standing: Standing
    number: int
    line: LineDraft
    change: bool = False

    @property
    def starts_at(self) -> datetime:
        assert self.line.period_start is not None
        return self.line.period_start

    @property
    def ends_at(self) -> datetime:
        assert self.line.period_end is not None
        return self.line.period_end

    @property
    def whole(self) -> bool:
        """Whether it charges a period in full."""
        return self.ends_at == self.standing.due(self.number + 1)

    @property
    def reason(self) -> Reason:
        if self.change:
            return Reason.NEW_PLAN
        if self.standing.owes:
            return Reason.OVERDUE
        if not self.whole:
            ends = self.ends_at == self.standing.cancel_at
            return Reason.LAST_PART if ends else Reason.UNTIL_BILL_DAY
        if self.standing.state == states.TRIALING:
            return Reason.AFTER_TRIAL
        return Reason.RENEWAL if self.standing.total is None else Reason.INSTALLMENT


@dataclass(frozen=True, slots=True)
class Part:
    """What is charged of a bill, and when."""

    at: datetime
    sum: Money


@dataclass(frozen=True, slots=True)
class Draft:
    """A bill to be: all that falls due on one day and is paid by one method."""

    at: datetime
    charges: tuple[Charge, ...]
    credits: tuple[Use, ...] = ()
    parts: tuple[Part, ...] = ()  # of what is overdue, as it was agreed; else all at once

    def concerns(self, subscription_id: int) -> bool:
        """Whether it charges that subscription."""
        return any(charge.standing.id == subscription_id for charge in self.charges)

    @property
    def open_bill_id(self) -> int | None:
        """The bill, where it is owed already."""
        return self.charges[0].standing.open_bill_id

    @property
    def rows(self) -> list[tuple[LineDraft, Reason]]:
        """Its lines with the reason of each; credits stand last and take off."""
        taken = [
            (use.line, Reason.UNUSED_TIME if use.credit.since == self.at else Reason.CREDIT)
            for use in self.credits
        ]
        return [(charge.line, charge.reason) for charge in self.charges] + taken

    @property
    def totals(self) -> Totals:
        return totals.totals([line for line, _reason in self.rows])


def next_charges(standing: Standing, rates: Rates) -> tuple[Charge, ...]:
    """What its next bill charges: one period, or all that the seller wants of those missed."""
    standing = turned(standing)
    last = max(standing.made, standing.catch_up_to or 0)
    return tuple(charge_for(standing, number, rates) for number in range(standing.made, last + 1))


def charge_for(standing: Standing, number: int, rates: Rates) -> Charge:
    """A period's line. Its tax is that of the day the period begins.

    Where it is cut short, by the bill day or as the subscription ends, that part is charged.
    """
    plan = standing.plan
    starts_at, whole = standing.due(number), standing.due(number + 1)
    ends_at = whole if standing.bill_day is None else standing.end(number)
    unit, quantity = standing.unit, plan.quantity
    end = standing.cancel_at
    if end is not None and standing.total is None and starts_at < end < ends_at:
        ends_at = end
    if ends_at < whole:
        unit, quantity = (unit * quantity).share(part_until(starts_at, ends_at, whole)), 1
    line = totals.line(
        product_id=plan.product_id,
        price_id=plan.price_id,
        description=plan.name,
        unit=unit,
        quantity=quantity,
        percent=rates.percent(plan.product_id, standing.country, standing.day(starts_at)),
        inclusive=plan.inclusive,
        period=(starts_at, ends_at),
    )
    return Charge(standing, number, line)


def bills_due(standings: Iterable[Standing], now: datetime, rates: Rates) -> list[Draft]:
    """The bills to open now, one for each customer, currency, method and day.

    A day is the business's. Its bill is opened when the first of it falls due and takes along what
    falls due later on that day; what falls due on another day waits for its own, and what is on an
    open bill already is not joined by anything.
    """
    days: dict[tuple[object, ...], list[Standing]] = defaultdict(list)
    for each in standings:
        if each.next_due_at is not None and each.state in states.BILLABLE:
            day = each.day(each.next_due_at)
            days[each.customer_id, each.currency, each.method_id, day, each.open_bill_id].append(
                each
            )
    drafts = (_draft(together, rates) for together in days.values())
    return sorted((draft for draft in drafts if draft.at <= now), key=lambda draft: draft.at)


def _draft(together: list[Standing], rates: Rates) -> Draft:
    ordered = sorted(together, key=lambda each: (each.next_due_at, each.id))
    at = ordered[0].next_due_at
    assert at is not None
    charges = tuple(charge for each in ordered for charge in next_charges(each, rates))
    return Draft(at, charges)


def with_credit(drafts: Iterable[Draft], purse: Purse) -> list[Draft]:
    """The bills, each lowered by what its customer has; an open bill by what it took before."""
    lowered = []
    for draft in drafts:
        if draft.open_bill_id is not None:
            uses = purse.on_bill(draft.open_bill_id)
        else:
            uses = purse.take(draft.charges[0].standing.customer_id, draft.totals.gross)
        lowered.append(replace(draft, credits=uses))
    return lowered
