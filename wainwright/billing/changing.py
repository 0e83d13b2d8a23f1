"""What a change to another plan costs at once: pure, for the engine and a preview.

Time is parted to the microsecond by exact fractions; each sum is rounded once, half up. What was
paid for the time that is left is taken off with the tax it bore, and the new plan is charged for
its first time: until the next bill day where that stays, else for a whole period.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from wainwright.billing import course, planning
from wainwright.billing.course import Switch
from wainwright.billing.crediting import Credit, Purse, Use
from wainwright.billing.planning import Charge, Draft
from wainwright.billing.standing import Plan, Standing
from wainwright.core.dates import INTERVALS, part_until
from wainwright.core.money import Money
from wainwright.payments.bills import LineDraft
from wainwright.sales import totals
from wainwright.tax.queries import Rates

# A month of the Gregorian calendar, which repeats after 4800 of them.
DAYS_OF_A_MONTH = Fraction(146097, 4800)


@dataclass(frozen=True, slots=True)
class Paid:
    """The line that paid for the time that runs; `kept` is which part of it was not refunded."""

    starts_at: datetime
    ends_at: datetime
    line: LineDraft
    kept: Fraction


@dataclass(frozen=True, slots=True)
class Changed:
    """The bill of a change, how the subscription stands when it is paid, and the credit left.

    The bill takes first what it can of the old plan's unused time, then what the customer has.
    """

    draft: Draft
    standing: Standing
    left: Credit


def change(standing: Standing, paid: Paid, act: Switch, rates: Rates, purse: Purse) -> Changed:
    """Changes at `act.at`, a moment within the time that runs. Takes from the purse and adds to it
    what the bill does not use."""
    assert act.at is not None
    then = course.switched(standing, act.plan, act.at, move=act.move)
    line = _first_line(then, act.at, rates)
    unused = _unused(standing, paid, act.at)
    amount = min(unused.left, line.gross.minor)
    uses: tuple[Use, ...] = ()
    if amount:
        uses = (Use(unused, amount, unused.tax_of(amount)),)
    left = unused.less(uses[0].amount, uses[0].tax) if uses else unused
    due = Money(line.gross.minor - amount, standing.currency)
    uses += purse.take(standing.customer_id, due)
    purse.add(left)
    charge = Charge(then, standing.made - 1, line, change=True)
    return Changed(Draft(act.at, (charge,), uses), then, left)


def _first_line(then: Standing, at: datetime, rates: Rates) -> LineDraft:
    """The new plan from the moment until its next payment; part of a period where one runs."""
    whole = planning.charge_for(then, then.made - 1, rates).line
    if then.anchor == at:
        return whole
    starts_at, ends_at = then.due(then.made - 1), then.due(then.made)
    plan = then.plan
    return totals.line(
        product_id=plan.product_id,
        price_id=plan.price_id,
        description=plan.words,
        unit=(then.unit * plan.quantity).share(1 - part_until(starts_at, at, ends_at)),
        quantity=1,
        percent=rates.percent(plan.product_id, then.country, then.day(at)),
        inclusive=plan.inclusive,
        period=(at, ends_at),
    )


def _unused(standing: Standing, paid: Paid, at: datetime) -> Credit:
    part = (1 - part_until(paid.starts_at, at, paid.ends_at)) * paid.kept
    return Credit(
        id=0,
        customer_id=standing.customer_id,
        currency=standing.currency,
        product_id=paid.line.product_id,
        price_id=paid.line.price_id,
        description=paid.line.description,
        percent=paid.line.tax_percent,
        since=at,
        until=paid.ends_at,
        left=paid.line.gross.share(part).minor,
        left_tax=paid.line.tax.share(part).minor,
    )


def is_upgrade(standing: Standing, plan: Plan, rates: Rates) -> bool:
    """Whether the plan costs more over the same time, with its tax."""
    return _per_day(standing, plan, rates) > _per_day(standing, standing.plan, rates)


def asks_more(standing: Standing, plan: Plan, rates: Rates) -> bool:
    """Whether nobody may be put on the plan untold: it costs more over the same time, or is paid at
    other times, and so in other sums."""
    return plan.interval != standing.plan.interval or is_upgrade(standing, plan, rates)


def is_far_above(standing: Standing, plan: Plan, rates: Rates, *, factor: int) -> bool:
    """Whether over the same time the plan costs more than so many times the present one."""
    present = _per_day(standing, standing.plan, rates)
    return _per_day(standing, plan, rates) > factor * present > 0


def _per_day(standing: Standing, plan: Plan, rates: Rates) -> Fraction:
    months, days = INTERVALS[plan.interval]
    return regular(standing, plan, rates) / (months * DAYS_OF_A_MONTH + days)


def regular(standing: Standing, plan: Plan, rates: Rates) -> int:
    """What each payment of a plan would make, with its tax, in minor units."""
    with_it = replace(standing, plan=plan, cancel_at=None, bill_day=None)
    return planning.charge_for(with_it, standing.made, rates).line.gross.minor
