"""What should become of a subscription, written apart from the engine, which it never imports.

Time passes in calendar days of the shop's zone. What is done on a day may come before or after the
work that falls due on it, and both are right: so the reference keeps every course that is possible,
as a set of worlds, until the day's end shows which one it was. Instants are aware and in UTC.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TRIALING, ACTIVE, PAST_DUE, PAUSED = "trialing", "active", "past_due", "paused"
CANCELLED, COMPLETED = "cancelled", "completed"
RUNNING = (TRIALING, ACTIVE, PAST_DUE)
OVER = (CANCELLED, COMPLETED)

MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}
DAYS = {"daily": 1, "weekly": 7, "two_weekly": 14}


def day_of(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


@dataclass(frozen=True, slots=True)
class Rules:
    """How the shop collects: days between tries, days of grace, what follows, days to return."""

    retries: tuple[int, ...]
    grace: int
    pauses: bool
    return_days: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What was bought. `amount` is each regular payment and `first` what a trial costs."""

    interval: str
    amount: int
    zone: str
    rules: Rules
    trial_days: int = 0
    first: int = 0
    total: int | None = None

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)

    def day(self, moment: datetime) -> date:
        return day_of(moment, self.zone)

    def instant(self, local: datetime) -> datetime:
        """A doubled local time is the first; one that does not exist moves forward."""
        return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def after(self, anchor: datetime, periods: int) -> datetime:
        """So many periods after the anchor, on its day of the month or the month's last."""
        local = self.local(anchor)
        if self.interval in DAYS:
            return self.instant(local + timedelta(days=DAYS[self.interval] * periods))
        months = local.year * 12 + local.month - 1 + MONTHS[self.interval] * periods
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return self.instant(local.replace(year=year, month=month + 1, day=min(local.day, last)))


PAYS, DECLINES, ASKS = "pays", "declines", "asks"
DAYS_ASKED = 3


@dataclass(frozen=True, slots=True)
class Card:
    """Any number of its own, and what it does while its owner is away."""

    number: int
    does: str


@dataclass(frozen=True, slots=True)
class World:
    """How a subscription may stand. `due` is the day of the next try to charge it."""

    deal: Deal
    card: Card  # that was given last
    anchor: datetime
    anchor_number: int
    made: int
    paid_until: datetime
    state: str
    due: date | None = None
    trial_ends: datetime | None = None
    failures: int = 0
    fresh_card: bool = False  # given after the last try
    asked: bool = False  # its owner is asked, and nothing else is tried meanwhile
    in_vain: bool = False  # he was, and did not answer
    cancel_at: datetime | None = None
    resume_at: datetime | None = None
    left_out: int | None = None  # the periods of a pause
    ended_on: date | None = None
    quantity: int = 1
    then: int | None = None  # the quantity from the next payment on
    line: int = 0  # what the time cost that was paid last, and from when on it runs
    line_from: datetime | None = None
    taken: int = 0  # minor units, in all

    def falls(self, number: int) -> datetime:
        return self.deal.after(self.anchor, number - self.anchor_number)

    @property
    def over(self) -> bool:
        return self.state in OVER

    @property
    def shown(self) -> tuple[object, ...]:
        """What everybody can see of it."""
        due = None if self.over else self.due
        ends = self.cancel_at is not None
        return (self.state, self.made, self.paid_until, due, ends, self.quantity)


def bought(deal: Deal, at: datetime, *, card: Card) -> World:
    """At the moment its first payment was booked."""
    world = World(deal, card, anchor=at, anchor_number=0, made=0, paid_until=at, state=ACTIVE)
    if deal.trial_days:
        ends = deal.instant(deal.local(at) + timedelta(days=deal.trial_days))
        trial = replace(world, anchor=ends, paid_until=ends, state=TRIALING, due=deal.day(ends))
        return replace(trial, trial_ends=ends, taken=deal.first)
    return _paid(world, deal.day(at))


# What becomes of it by itself


def stages(world: World, day: date) -> Iterator[World]:
    """The world as it is, and after each thing that falls due until the day's end."""
    following: World | None = world
    while following is not None:
        yield following
        following = _next_stage(following, day)


def _next_stage(world: World, day: date) -> World | None:
    deal = world.deal
    if world.over:
        return None
    if world.cancel_at is not None and deal.day(world.cancel_at) <= day:
        return _ended(world, day)
    if world.resume_at is not None and deal.day(world.resume_at) <= day:
        return _gone_on(world, world.resume_at, planned=world.left_out)
    if world.state in RUNNING and world.due is not None and world.due <= day:
        return _tried(world, day)
    return None


def _tried(world: World, day: date) -> World:
    in_grace = world.failures > len(world.deal.rules.retries)
    if world.asked:
        return _failed(replace(world, in_vain=True), day)
    if in_grace and not world.fresh_card:
        return _given_up(world, day)
    if world.card.does == PAYS:
        return _paid(world, day)
    if world.card.does == DECLINES or world.in_vain:
        return _failed(world, day)
    due = day + timedelta(days=DAYS_ASKED)
    return replace(world, state=PAST_DUE, due=due, asked=True, fresh_card=False)


def _paid(world: World, day: date) -> World:
    deal, quantity = world.deal, world.then or world.quantity
    moved = replace(
        _quiet(world),
        made=world.made + 1,
        paid_until=world.falls(world.made + 1),
        state=ACTIVE,
        quantity=quantity,
        then=None,
        line=quantity * deal.amount,
        line_from=world.falls(world.made),
        taken=world.taken + quantity * deal.amount,
    )
    if moved.made == deal.total:
        return replace(moved, state=COMPLETED, due=None, cancel_at=None, ended_on=day)
    return replace(moved, due=_next_due(moved))


def _quiet(world: World) -> World:
    """Nothing is owed, so nothing is tried."""
    return replace(world, failures=0, fresh_card=False, asked=False, in_vain=False)


def _failed(world: World, day: date) -> World:
    rules, failures = world.deal.rules, world.failures + 1
    moved = replace(world, state=PAST_DUE, failures=failures, fresh_card=False, asked=False)
    if failures <= len(rules.retries):
        return replace(moved, due=day + timedelta(days=rules.retries[failures - 1]))
    if failures == len(rules.retries) + 1 and rules.grace:
        return replace(moved, due=day + timedelta(days=rules.grace))
    return _given_up(moved, day)


def _given_up(world: World, day: date) -> World:
    if world.deal.rules.pauses:
        return replace(_quiet(world), state=PAUSED, due=None, resume_at=None, left_out=None)
    return _ended(world, day)


def _ended(world: World, day: date) -> World:
    return replace(
        _quiet(world),
        state=CANCELLED,
        then=None,
        due=None,
        resume_at=None,
        ended_on=day,
        cancel_at=world.cancel_at or world.paid_until,
    )


def _next_due(world: World) -> date | None:
    falls = world.falls(world.made)
    return None if world.cancel_at and falls >= world.cancel_at else world.deal.day(falls)


def _gone_on(world: World, moment: datetime, *, planned: int | None = None) -> World:
    """On the old days while paid time is left, or so many periods later; else from now on."""
    moved = replace(_quiet(world), resume_at=None, left_out=None)
    if planned is not None:
        moved = replace(moved, anchor_number=world.anchor_number - planned)
    elif world.paid_until <= moment:
        moved = replace(moved, anchor=moment, anchor_number=world.made)
    in_trial = world.trial_ends is not None and world.trial_ends > moment
    moved = replace(moved, state=TRIALING if in_trial else ACTIVE)
    return replace(moved, due=_next_due(moved))


# What people do to it; each gives the world as it was where it is refused


def cancel(world: World, now: datetime) -> World:
    """Nothing is charged from now on; it ends with what is paid for."""
    if world.over or world.cancel_at is not None:
        return world
    if world.paid_until <= now:
        return _ended(replace(world, cancel_at=now), world.deal.day(now))
    return replace(_quiet(world), cancel_at=world.paid_until, due=None, resume_at=None)


def cancel_now(world: World, now: datetime) -> World:
    return world if world.over else _ended(world, world.deal.day(now))


def undo(world: World, now: datetime) -> World:
    if world.over or world.cancel_at is None:
        return world
    moved = replace(world, cancel_at=None)
    return moved if world.state == PAUSED else replace(moved, due=_next_due(moved))


def pause(world: World, now: datetime, periods: int | None = None) -> World:
    if world.state not in RUNNING or world.cancel_at is not None:
        return world
    resume_at = world.falls(world.made + periods) if periods is not None else None
    if resume_at is not None and resume_at <= now:
        return world
    quiet = _quiet(world)
    return replace(quiet, state=PAUSED, due=None, resume_at=resume_at, left_out=periods)


def resume(world: World, now: datetime) -> World:
    return _gone_on(world, now) if world.state == PAUSED else world


def _last_day_to_return(world: World) -> date | None:
    if world.state != CANCELLED or world.ended_on is None:
        return None
    return world.ended_on + timedelta(days=world.deal.rules.return_days)


def reactivate(world: World, now: datetime) -> World:
    last = _last_day_to_return(world)
    if last is None or world.deal.day(now) > last:
        return world
    return _gone_on(replace(world, cancel_at=None, ended_on=None), now)


def _may_change(world: World, now: datetime) -> bool:
    runs = world.state in (TRIALING, ACTIVE) and world.cancel_at is None
    return runs and world.deal.total is None and world.falls(world.made) > now


def more_now(world: World, now: datetime, quantity: int) -> World:
    """The rest of the time that runs is charged anew, less what was paid for it; a trial is not."""
    at = now.replace(microsecond=0)
    if not _may_change(world, now):
        return world
    if world.state == TRIALING or world.quantity == quantity:
        return replace(world, quantity=quantity, then=None)
    begun, until = world.line_from, world.paid_until
    if begun is None or not begun < at < until or world.card.does != PAYS:
        return world
    cost = _part(quantity * world.deal.amount, until - at, until - world.falls(world.made - 1))
    unused = min(cost, _part(world.line, until - at, until - begun))
    moved = replace(world, quantity=quantity, then=None, line=cost, line_from=at)
    return replace(moved, taken=world.taken + cost - unused)


def _part(amount: int, some: timedelta, whole: timedelta) -> int:
    """Rounded half up."""
    tick = timedelta(microseconds=1)
    return (2 * amount * (some // tick) + whole // tick) // (2 * (whole // tick))


def later(world: World, now: datetime, quantity: int) -> World:
    """Another quantity from the next payment on."""
    if not _may_change(world, now):
        return world
    return replace(world, then=None if quantity == world.quantity else quantity)


def confirm(world: World, now: datetime) -> World:
    """Who was asked answers."""
    return _paid(world, world.deal.day(now)) if world.asked else world


def replace_card(world: World, now: datetime, *, card: Card) -> World:
    """Open debt is tried with the new card at once; giving the same card again is nothing."""
    if world.card == card:
        return world
    if world.over:
        return replace(world, card=card)
    moved = replace(world, card=card, fresh_card=True, asked=False, in_vain=False)
    return replace(moved, due=world.deal.day(now)) if world.state == PAST_DUE else moved


type Act = Callable[[World, datetime], World]


@dataclass
class Course:
    """All that a subscription may have become by now.

    `given` are the cards typed today: each is taken up some time before the day's end.
    """

    worlds: set[World]
    given: list[Card] = field(default_factory=list)

    def told(self, act: Act, now: datetime, *, certain: bool) -> None:
        """Something was done at a moment; where that is not `certain`, perhaps it was not.

        Until when on its last day an end may be taken back, the calendar does not say.
        """
        before = self._by(now)
        done = {act(world, now) for world in before}
        [deal] = {world.deal for world in before}
        last_days = {_last_day_to_return(world) for world in before}
        open_to_doubt = not certain or deal.day(now) in last_days
        self.worlds = done | before if open_to_doubt else done

    def end_day(self, end: datetime) -> None:
        """`end` is the day's last moment."""
        ends = {last for world in self._by(end) for last in stages(world, world.deal.day(end))}
        done = {world for world in ends if _next_stage(world, world.deal.day(end)) is None}
        self.worlds = {world for world in done if not self.given or world.card in self.given}
        self.given = []

    def _by(self, now: datetime) -> set[World]:
        """All that may be so at a moment of the day."""
        found = set(self.worlds)
        for card in [None, *self.given]:
            if card is not None:
                found |= {replace_card(world, now, card=card) for world in found}
            found = {stage for world in found for stage in stages(world, world.deal.day(now))}
        return found

    def seen(self, shown: tuple[object, ...]) -> bool:
        """Whether this is possible; then it is what has happened."""
        fitting = {world for world in self.worlds if world.shown == shown}
        self.worlds = fitting or self.worlds
        return bool(fitting)


def money(courses: Iterable[Course]) -> tuple[int, int]:
    """The least and the most that may have been taken in all."""
    each = [[world.taken for world in course.worlds] for course in courses]
    return sum(map(min, each)), sum(map(max, each))
