"""How a subscription's course changes by an act or a payment: pure, for the engine and a preview.

Each function takes how it stands and gives how it stands afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from wainwright.billing import states
from wainwright.billing.standing import Plan, Standing, in_time


@dataclass(frozen=True, slots=True)
class CancelAtPeriodEnd:
    """It runs until what is paid for ends."""


@dataclass(frozen=True, slots=True)
class CancelNow:
    """It ends at this moment."""


@dataclass(frozen=True, slots=True)
class Undo:
    """A cancellation is taken back."""


@dataclass(frozen=True, slots=True)
class CancelOn:
    """It ends on a day, and is charged until then."""

    day: datetime


@dataclass(frozen=True, slots=True)
class Pause:
    """For some periods, until a day, or without an end."""

    periods: int | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GoOn:
    """Resumed or brought back now."""


@dataclass(frozen=True, slots=True)
class Switch:
    """Another plan, from a moment on or, without one, from the next period on.

    The bill day stays where it is, if it can, unless it is to `move` to the moment.
    """

    plan: Plan
    at: datetime | None = None
    move: bool = False
    waits: bool = False  # the seller asks more: not charged before it was told of in time


@dataclass(frozen=True, slots=True)
class Keep:
    """The plan in force stays; what was planned instead is off."""


@dataclass(frozen=True, slots=True)
class Align:
    """These, by their keys, are billed on that day of the month, from their next bill on."""

    day: int
    subscriptions: frozenset[int]


type Act = CancelAtPeriodEnd | CancelOn | CancelNow | Undo | Pause | GoOn | Switch | Keep | Align


def after(standing: Standing, act: Act, now: datetime) -> Standing:
    """How it stands once the act is done at this moment."""
    match act:
        case CancelAtPeriodEnd():
            return cancelled(standing, None, now)
        case CancelOn(day):
            return cancelled(standing, day, now)
        case CancelNow():
            return over(standing, now)
        case Undo():
            return undone(standing)
        case Pause(periods, until):
            return paused(standing, periods, until)
        case GoOn():
            return gone_on(standing, now)
        case Switch(plan, at, move, waits):
            if at is None:
                begins = in_time(now, standing.zone) if waits else None
                return replace(standing, then=plan, then_from=begins)
            return switched(standing, plan, at, move=move)
        case Keep():
            return replace(standing, then=None, then_from=None)
        case Align(day, subscriptions):
            return aligned(standing, day) if standing.id in subscriptions else standing


def cancelled(standing: Standing, day: datetime | None, now: datetime) -> Standing:
    """It ends on the day, or with what is paid for; what it owes already is not owed any more."""
    if standing.owes:
        day = None
    if (day is None or standing.next_due_at is None) and standing.current_end <= now:
        return over(standing, now)
    ends = replace(
        standing, cancel_at=day or standing.current_end, open_bill_id=None, resume_at=None
    )
    return ends if standing.state == states.PAUSED else replace(ends, next_due_at=next_due(ends))


def over(standing: Standing, now: datetime) -> Standing:
    """It has ended; what it owes already is not owed any more."""
    return replace(
        standing,
        state=states.CANCELLED,
        cancel_at=now,
        next_due_at=None,
        open_bill_id=None,
        resume_at=None,
    )


def undone(standing: Standing) -> Standing:
    """As if its end had never been asked for."""
    goes_on = replace(standing, cancel_at=None)
    return (
        goes_on
        if goes_on.state == states.PAUSED
        else replace(goes_on, next_due_at=next_due(goes_on))
    )


def paused(standing: Standing, periods: int | None, until: datetime | None) -> Standing:
    """Nothing is charged until it goes on; what it owes already is not owed any more."""
    if periods is not None:
        until = standing.due(standing.made + periods)
    return replace(
        standing,
        state=states.PAUSED,
        next_due_at=None,
        resume_at=until,
        pause_periods=periods,
        open_bill_id=None,
    )


def gone_on(standing: Standing, moment: datetime, *, planned: int | None = None) -> Standing:
    """On the old days while paid time is left or `planned` periods were left out; else in periods
    that begin at the moment."""
    if planned is not None:
        moved = replace(standing, anchor_number=standing.anchor_number - planned)
    elif standing.current_end <= moment:
        moved = replace(standing, anchor=moment, anchor_number=standing.made)
    else:
        moved = standing
    in_trial = standing.trial_ends_at is not None and standing.trial_ends_at > moment
    moved = replace(
        moved,
        state=states.TRIALING if in_trial else states.ACTIVE,
        cancel_at=None if standing.state == states.CANCELLED else standing.cancel_at,
        resume_at=None,
        pause_periods=None,
    )
    return replace(moved, next_due_at=next_due(moved))


def resumed_as_planned(standing: Standing) -> Standing:
    """The pause has run its course."""
    assert standing.resume_at is not None
    return gone_on(standing, standing.resume_at, planned=standing.pause_periods)


def switched(standing: Standing, plan: Plan, at: datetime, *, move: bool) -> Standing:
    """The plan is in force from that moment on. In a trial it only is what is charged after it.

    Periods of another length begin at the moment.
    """
    if standing.state == states.TRIALING or not (move or plan.interval != standing.plan.interval):
        return standing.with_plan(plan)
    moved = replace(standing.with_plan(plan), anchor=at, anchor_number=standing.made - 1)
    end = moved.due(standing.made)
    return replace(moved, current_end=end, next_due_at=end)


def aligned(standing: Standing, day: int) -> Standing:
    """What runs ends as it would have. The next period is cut short at the bill day, if it does not
    begin on it, and those after it are counted from there."""
    if standing.day(standing.anchor).day == day:
        return replace(standing, bill_day=None)
    start = standing.due(standing.made)
    if standing.day(start).day == day:
        return replace(standing, anchor=start, anchor_number=standing.made, bill_day=None)
    return replace(standing, bill_day=day)


def turns_at(standing: Standing) -> datetime:
    """When the plan that was chosen comes into force: a period begins, and it may be charged."""
    number = standing.made
    while standing.then_from is not None and standing.due(number) < standing.then_from:
        number += 1
    return standing.due(number)


def turned(standing: Standing) -> Standing:
    """As its next period will be, by the plan that was chosen for it."""
    if standing.then is None or turns_at(standing) > standing.due(standing.made):
        return standing
    moved = standing.with_plan(standing.then)
    if moved.plan.interval == standing.plan.interval:
        return moved
    return replace(moved, anchor=standing.due(standing.made), anchor_number=standing.made)


def paid(standing: Standing, ends_at: datetime) -> Standing:
    """The next period is paid, until that moment."""
    standing = turned(standing)
    if standing.bill_day is not None and ends_at == standing.end(standing.made):
        standing = _begun_on_bill_day(standing, ends_at)
    moved = replace(
        standing,
        made=standing.made + 1,
        current_end=ends_at,
        state=states.ACTIVE,
        open_bill_id=None,
    )
    if moved.made == moved.total:
        return replace(moved, state=states.COMPLETED, next_due_at=None)
    return replace(moved, next_due_at=next_due(moved))


def _begun_on_bill_day(standing: Standing, moment: datetime) -> Standing:
    """What follows is counted from the moment, where that is on the day that was chosen."""
    if standing.day(moment).day != standing.bill_day:
        return standing
    return replace(standing, anchor=moment, anchor_number=standing.made + 1, bill_day=None)


def next_due(standing: Standing) -> datetime | None:
    """When the next period is to be charged; None if it has ended by then."""
    due = standing.due(standing.made)
    return due if standing.cancel_at is None or due < standing.cancel_at else None
