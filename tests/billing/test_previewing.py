"""What is shown is what is billed, whatever was bought and whatever is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.db.models import Min, Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import cast
from tests.factories.buying import GOOD, LATER_DECLINED, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import (
    aligning,
    cancellation,
    course,
    pausing,
    previewing,
    reactivating,
    renewals,
    states,
    switching,
)
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Credit, Period, Rules, Subscription
from wainwright.billing.planning import Charge, Draft, Reason
from wainwright.billing.rulebook import change_rules
from wainwright.billing.standing import plan_of
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.tenancy import TEST, scope
from wainwright.payments.bills import LineDraft
from wainwright.payments.models import Bill, BillLine, Method

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        # Many lives at once are no usual day, and nobody is asked about what a bad card left.
        change_rules(None, by=SYSTEM, run_factor=0, missed=Rules.CHARGE)
        yield everybody


@pytest.fixture
def prices(shop: cast.Cast) -> dict[str, Price]:
    product = make_product(shop.own, tax="19")
    terms = {
        "weekly": ("monthly", {"interval": "weekly"}),
        "two_weekly": ("monthly", {"interval": "two_weekly"}),
        "monthly": ("monthly", {}),
        "quarterly": ("monthly", {"interval": "quarterly"}),
        "half_yearly": ("monthly", {"interval": "half_yearly"}),
        "yearly": ("yearly", {}),
        "trial": ("trial", {"trial_days": 9, "interval": "weekly"}),
        "limited": ("limited", {"interval": "weekly", "payments_total": 4}),
        "small": ("monthly", {"interval": "weekly"}),
        "daily": ("daily", {}),
    }
    return {
        name: make_price(product, sort, 145 if name == "small" else 700 + 111 * place, **more)
        for place, (name, (sort, more)) in enumerate(terms.items())
    }


type Line = tuple[str, datetime | None, datetime | None, int, int]
type Row = tuple[Line, Reason]


def shown(drafts: list[Draft], until: datetime) -> list[list[Line]]:
    bills = [draft for draft in drafts if draft.at <= until]
    return [[_as_line(line) for line, _reason in draft.rows] for draft in bills]


def _as_line(line: LineDraft) -> Line:
    return (line.description, line.period_start, line.period_end, line.gross.minor, line.tax.minor)


def foretold(drafts: list[Draft]) -> list[list[Row]]:
    """What was shown of the time until now, with the reasons as far as a bill keeps them."""
    found = []
    for draft in drafts:
        if draft.at <= clock.now():
            lines = [_as_line(line) for line, _reason in draft.rows]
            reasons = [_as_kept(charge) for charge in draft.charges]
            reasons += [reason for _line, reason in draft.rows[len(draft.charges) :]]
            found.append(list(zip(lines, reasons, strict=True)))
    return sorted(found)


def _as_kept(charge: Charge) -> Reason:
    """A bill does not keep why a period was cut short."""
    if charge.reason in (Reason.LAST_PART, Reason.UNTIL_BILL_DAY):
        return _of_period(charge.starts_at, charge.standing.trial_ends_at, charge.standing.total)
    return charge.reason


def _of_period(starts_at: datetime, trial_ends_at: datetime | None, total: int | None) -> Reason:
    if starts_at == trial_ends_at:
        return Reason.AFTER_TRIAL
    return Reason.RENEWAL if total is None else Reason.INSTALLMENT


def billed(customer_id: int, since: datetime, owed: set[int]) -> list[list[Row]]:
    """The bills opened since then, and those owed already that were paid, with the reasons that
    records tell."""
    bills = Bill.objects.filter(customer_id=customer_id).exclude(state=Bill.VOID)
    wanted = bills.filter(Q(opened_at__gt=since) | Q(pk__in=owed, closed_at__gt=since))
    return sorted(
        [(_as_billed(line), _why(line, owed)) for line in bill.lines.order_by("position")]
        for bill in wanted
    )


def _as_billed(line: BillLine) -> Line:
    return (line.description, line.period_start, line.period_end, line.gross, line.tax)


def _why(line: BillLine, owed: set[int]) -> Reason:
    if line.gross < 0:
        now = line.bill.kind == Bill.CHANGE and line.period_start == line.bill.due_at
        return Reason.UNUSED_TIME if now else Reason.CREDIT
    if line.bill_id in owed:
        return Reason.OVERDUE
    period = Period.objects.select_related("subscription").get(
        bill=line.bill_id, position=line.position
    )
    if period.kind == Period.CHANGE:
        return Reason.NEW_PLAN
    of = period.subscription
    return _of_period(period.starts_at, of.trial_ends_at, of.payments_total)


HALF_A_DAY = timedelta(hours=12)


def live(days: int) -> None:
    """So many days go by, and billing does its work twice a day, if there is any."""
    end = clock.offset() + timedelta(days=days)
    while clock.offset() < end:
        clock.set_offset(min(end, clock.offset() + _until_work() // HALF_A_DAY * HALF_A_DAY))
        cancellation.end_due()
        pausing.resume_due()
        while renewals.renew_due():
            pass


def _until_work() -> timedelta:
    """Until the half day is over in which the next thing happens."""
    moments = Subscription.objects.filter(ended_at=None).aggregate(
        Min("next_due_at"), Min("resume_at"), Min("cancel_at")
    )
    coming = [moment - clock.now() for moment in moments.values() if moment is not None]
    return HALF_A_DAY + max(min(coming, default=timedelta(days=366)), timedelta())


@dataclass(frozen=True)
class Deed:
    """An act, as it is proposed and as it is done."""

    act: course.Act | None
    do: Callable[[Subscription], object]


NOTHING = Deed(None, lambda each: None)


def deeds(days: int) -> dict[str, Deed]:
    def in_days() -> datetime:
        return clock.now() + timedelta(days=days)

    def cancel(each: Subscription) -> object:
        return cancellation.cancel_at_period_end(each, by=SYSTEM, source="hub")

    day = in_days()
    return {
        "nothing": NOTHING,
        "cancel": Deed(course.CancelAtPeriodEnd(), cancel),
        "cancel_on": Deed(
            course.CancelOn(day),
            lambda each: cancellation.cancel_on(each, day, by=SYSTEM, source="hub"),
        ),
        "cancel_now": Deed(
            course.CancelNow(),
            lambda each: cancellation.cancel_now(each, by=SYSTEM, source="hub"),
        ),
        "pause": Deed(course.Pause(), lambda each: pausing.pause(each, by=SYSTEM)),
        "pause_for": Deed(
            course.Pause(periods=1 + days % 3),
            lambda each: pausing.pause(each, by=SYSTEM, periods=1 + days % 3),
        ),
        "pause_until": Deed(
            course.Pause(until=day), lambda each: pausing.pause(each, by=SYSTEM, until=day)
        ),
    }


# What a subscription is switched to: price, quantity, at once or not, moving the bill day or not.
SWITCHES: dict[str, tuple[str, int, bool, bool]] = {
    "more_now": ("weekly", 3, True, False),
    "less_now": ("small", 1, True, False),
    "longer_now": ("two_weekly", 2, True, False),
    "moved_now": ("weekly", 2, True, True),
    "longer_later": ("monthly", 1, False, False),
    "less_later": ("small", 2, False, False),
}
NAMES = [
    *("nothing", "cancel", "cancel_on", "cancel_now", "undo"),
    *("pause", "pause_for", "pause_until", "go_on", "keep", "align"),
    *SWITCHES,
]


def deed_of(name: str, each: Subscription, days: int, prices: dict[str, Price]) -> Deed:
    """Nothing, where that cannot be done with it just now."""
    if name in SWITCHES:
        return switch(each, prices, name)
    if name == "align":
        return align(each, 1 + days % 28)
    if name == "go_on":
        return go_on(each)
    if name == "undo":
        return undo(each)
    if name == "keep":
        return keep(each, prices)
    can = each.can_pause if name.startswith("pause") else not each.ended and not each.ending
    return deeds(days)[name if can else "nothing"]


def switch(first: Subscription, prices: dict[str, Price], name: str) -> Deed:
    price, quantity, now, move = SWITCHES[name]
    try:
        act = switching.proposed(first, prices[price], quantity=quantity, now=now, move=move)
    except MoveRefused:
        return NOTHING
    if act.plan == plan_of(first) and not act.move:
        return NOTHING  # no change is shown for what he has already
    return Deed(act, lambda each: switching.switch(each, act, by=SYSTEM))


def align(first: Subscription, day: int) -> Deed:
    """With all that can be moved with it, if it can itself."""
    act = aligning.proposed(aligning.together(first), day)
    return Deed(act, lambda _each: aligning.align(act, by=SYSTEM))


def undo(first: Subscription) -> Deed:
    """Of a cancellation that was asked for a moment ago; nothing, where it has ended by that."""
    if first.ended or first.ending:
        return NOTHING
    cancellation.cancel_at_period_end(first, by=SYSTEM, source="hub")
    if not Subscription.objects.get(pk=first.pk).can_undo_cancel:
        return NOTHING
    return Deed(course.Undo(), lambda each: cancellation.undo_cancellation(each, by=SYSTEM))


def keep(first: Subscription, prices: dict[str, Price]) -> Deed:
    """The plan in force, after another one was planned; nothing, where none can be."""
    planned = switch(first, prices, "longer_later")
    if planned is NOTHING:
        return NOTHING
    planned.do(first)
    return Deed(course.Keep(), lambda each: switching.keep(each, by=SYSTEM))


def go_on(first: Subscription) -> Deed:
    if first.state == states.PAUSED:
        return Deed(course.GoOn(), lambda each: pausing.resume(each, by=SYSTEM))
    if reactivating.can_reactivate(first):
        return Deed(course.GoOn(), lambda each: reactivating.reactivate(each, by=SYSTEM))
    return NOTHING


@dataclass(frozen=True)
class Chapter:
    """A stretch of a customer's life: an act on one of what he has, and days with a card."""

    name: str
    of: int
    days: int
    lasts: int
    declines: bool = False


def check(prices: dict[str, Price], bought: list[str], story: list[Chapter]) -> None:
    """One customer's history: before each act what is foreseen, and after it what was billed.

    While the card declines other things happen than were shown; what follows is shown again.
    """
    clock.set_offset(timedelta())
    email = f"{new_id('who')}@buyer.example"
    mine = [buy(prices[sort], email).subscription.pk for sort in bought]
    good, bad = Subscription.objects.get(pk=mine[0]).method, bad_card(prices["daily"], email)
    for chapter in story:
        Subscription.objects.filter(pk__in=mine).update(method=good)
        each = Subscription.objects.get(pk=mine[chapter.of % len(mine)])
        deed = deed_of(chapter.name, each, chapter.days, prices)
        now, owed = clock.now(), open_bills(mine)
        expected = previewing.preview(each, deed.act)
        deed.do(each)
        if chapter.declines:
            Subscription.objects.filter(pk__in=mine).update(method=bad)
        live(chapter.lasts)
        if not chapter.declines:
            assert billed(each.customer_id, now, owed) == foretold(expected)
    for pk in mine:
        cancellation.cancel_now(Subscription.objects.get(pk=pk), by=SYSTEM, source="hub")


def open_bills(mine: list[int]) -> set[int]:
    owing = Subscription.objects.filter(pk__in=mine, open_bill__isnull=False)
    return set(owing.values_list("open_bill_id", flat=True))


def bad_card(price: Price, email: str) -> Method | None:
    """One that was taken once and is declined from then on."""
    spent = buy(price, email, card=LATER_DECLINED).subscription
    cancellation.cancel_now(spent, by=SYSTEM, source="hub")
    return spent.method


SORTS = ["daily", "weekly", "two_weekly", "monthly", "quarterly", "half_yearly", "yearly"]
BOUGHT = st.lists(st.sampled_from([*SORTS, "trial", "limited"]), min_size=1, max_size=3)


def stories(*, acts: int, lasting: int) -> st.SearchStrategy[list[Chapter]]:
    chapter = st.builds(
        Chapter,
        name=st.sampled_from(NAMES),
        of=st.integers(0, 2),
        days=st.integers(1, 40),
        lasts=st.integers(0, lasting),
        declines=st.booleans(),
    )
    return st.lists(chapter, min_size=1, max_size=acts)


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_is_billed(prices: dict[str, Price], name: str) -> None:
    first = "monthly" if name == "align" else "weekly"
    before = "pause" if name == "go_on" else "nothing"
    story = [Chapter(before, 0, 1, 4), Chapter(name, 0, 13, 105 if name == "align" else 45)]
    check(prices, [first, "trial", "limited"], story)


@pytest.mark.slow
@settings(
    max_examples=20,
    derandomize=True,  # the same histories in every run; others are drawn at night
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(bought=BOUGHT, story=stories(acts=3, lasting=40))
def test_what_is_shown_is_billed_in_any_history(
    prices: dict[str, Price], bought: list[str], story: list[Chapter]
) -> None:
    check(prices, bought, story)


@pytest.mark.nightly
@settings(
    max_examples=80,
    phases=[Phase.reuse, Phase.generate],  # to make a long history short takes hours
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(bought=BOUGHT, story=stories(acts=8, lasting=150), days=st.integers(1, 40))
def test_what_is_shown_for_a_year_is_billed_in_any_long_history(
    prices: dict[str, Price], bought: list[str], story: list[Chapter], days: int
) -> None:
    check(prices, bought, [*story, Chapter("nothing", 0, days, 366)])


def test_every_line_says_what_it_is_for(prices: dict[str, Price]) -> None:
    trial = buy(prices["trial"]).subscription
    reasons = [
        charge.reason
        for draft in previewing.preview(trial, course.CancelOn(trial.due(1) + timedelta(days=2)))
        for charge in draft.charges
    ]
    assert reasons == [Reason.AFTER_TRIAL, Reason.LAST_PART]


def test_what_is_owed_is_shown_as_overdue(prices: dict[str, Price]) -> None:
    late = buy(prices["weekly"], card=LATER_DECLINED).subscription
    live(8)
    first, *_rest = previewing.preview(Subscription.objects.get(pk=late.pk))
    assert [charge.reason for charge in first.charges] == [Reason.OVERDUE]


@pytest.mark.slow
def test_what_is_foreseen_of_an_act_is_what_is_foreseen_once_it_is_done(
    prices: dict[str, Price],
) -> None:
    """Of one who owes a bill over two, lowered by credit, and has a third that is paused."""
    for email in ("bob@buyer.example", "ada@buyer.example"):
        first, second, third = (
            buy(prices[sort], email, card=LATER_DECLINED).subscription
            for sort in ("weekly", "weekly", "monthly")
        )
        Subscription.objects.filter(pk=second.pk).update(method=first.method)
        line = BillLine.objects.get(bill=first.order.bill_id)
        Credit.objects.create(
            business_id=first.business_id,
            customer_id=first.customer_id,
            subscription=first,
            line=line,
            currency="EUR",
            gross=1200,
            left=1200,
            left_tax=192,
            since=first.current_start,
            until=first.current_end,
            granted_at=clock.now(),
        )
        pausing.pause(third, by=SYSTEM, periods=2)
    live(8)
    first = Subscription.objects.get(pk=first.pk)

    def foreseen(act: course.Act | None = None) -> list[list[tuple[Line, Reason]]]:
        bills = previewing.preview(first, act)
        lines = shown(bills, clock.now() + timedelta(days=90))
        reasons = [[reason for _line, reason in bill.rows] for bill in bills]
        return [list(zip(*each, strict=True)) for each in zip(lines, reasons, strict=False)]

    owed = foreseen()[0]
    assert [reason for _line, reason in owed] == [Reason.OVERDUE, Reason.OVERDUE, Reason.CREDIT]
    assert [line[3] for line, _reason in owed] == [700, 700, -1200]
    for name, deed in deeds(5).items():
        with transaction.atomic():
            expected = foreseen(deed.act)
            deed.do(first)
            assert foreseen() == expected, name
            transaction.set_rollback(True)


def test_a_preview_writes_nothing_and_sees_a_year(prices: dict[str, Price]) -> None:
    subscription = buy(prices["monthly"], card=GOOD).subscription
    assert len(previewing.preview(subscription)) == 12
    subscription.refresh_from_db()
    assert (subscription.version, Bill.objects.count()) == (0, 1)
    daily = make_price(prices["weekly"].product, "daily")
    assert len(previewing.preview(buy(daily, "bob@buyer.example").subscription)) == 366
