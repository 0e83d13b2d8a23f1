"""What is shown is what is billed, whatever was bought and whatever is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
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
    renewals,
    switching,
)
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Credit, Subscription
from wainwright.billing.planning import Draft, Reason
from wainwright.billing.rulebook import change_rules
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.tenancy import TEST, scope
from wainwright.payments.models import Bill, BillLine

pytestmark = pytest.mark.django_db

DAYS = 45


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        change_rules(None, by=SYSTEM, run_factor=0)  # many lives at once are no usual day
        yield everybody


@pytest.fixture
def prices(shop: cast.Cast) -> dict[str, Price]:
    product = make_product(shop.own, tax="19")
    terms = {
        "weekly": ("monthly", {"interval": "weekly"}),
        "two_weekly": ("monthly", {"interval": "two_weekly"}),
        "monthly": ("monthly", {}),
        "quarterly": ("monthly", {"interval": "quarterly"}),
        "trial": ("trial", {"trial_days": 9, "interval": "weekly"}),
        "limited": ("limited", {"interval": "weekly", "payments_total": 4}),
        "small": ("monthly", {"interval": "weekly"}),
    }
    return {
        name: make_price(product, sort, 145 if name == "small" else 700 + 111 * place, **more)
        for place, (name, (sort, more)) in enumerate(terms.items())
    }


type Line = tuple[str, datetime | None, datetime | None, int, int]


def shown(drafts: list[Draft], until: datetime) -> list[list[Line]]:
    return [
        [
            (line.description, line.period_start, line.period_end, line.gross.minor, line.tax.minor)
            for line in draft.totals.lines
        ]
        for draft in drafts
        if draft.at <= until
    ]


def billed(customer_id: int, since: datetime) -> list[list[Line]]:
    bills = Bill.objects.filter(customer_id=customer_id, opened_at__gt=since)
    return [
        list(
            bill.lines.order_by("position").values_list(
                "description", "period_start", "period_end", "gross", "tax"
            )
        )
        for bill in bills.exclude(state=Bill.VOID).order_by("due_at", "pk")
    ]


def live(days: int) -> None:
    """So many days go by, and billing does its work twice a day."""
    for _half_day in range(2 * days):
        clock.set_offset(clock.offset() + timedelta(hours=12))
        cancellation.end_due()
        pausing.resume_due()
        renewals.renew_due()


@dataclass(frozen=True)
class Deed:
    """An act, as it is proposed and as it is done."""

    act: course.Act | None
    do: Callable[[Subscription], object]


def deeds(days: int) -> dict[str, Deed]:
    def in_days() -> datetime:
        return clock.now() + timedelta(days=days)

    def cancel(each: Subscription) -> object:
        return cancellation.cancel_at_period_end(each, by=SYSTEM, source="hub")

    day = in_days()
    return {
        "nothing": Deed(None, lambda each: None),
        "cancel": Deed(course.CancelAtPeriodEnd(), cancel),
        "cancel_on": Deed(
            course.CancelOn(day),
            lambda each: cancellation.cancel_on(each, day, by=SYSTEM, source="hub"),
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


def switch(first: Subscription, prices: dict[str, Price], name: str) -> Deed:
    """Nothing, where it cannot be switched just now."""
    price, quantity, now, move = SWITCHES[name]
    try:
        act = switching.proposed(first, prices[price], quantity=quantity, now=now, move=move)
    except MoveRefused:
        return Deed(None, lambda each: None)
    return Deed(act, lambda each: switching.switch(each, act, by=SYSTEM))


def align(first: Subscription, day: int) -> Deed:
    """With all that can be moved with it, if it can itself."""
    act = aligning.proposed(aligning.together(first), day)
    return Deed(act, lambda _each: aligning.align(act, by=SYSTEM))


def check(prices: dict[str, Price], bought: list[str], lived: int, name: str, days: int) -> None:
    """One customer's history: what was bought, some days, an act, and what the preview said."""
    clock.set_offset(timedelta())
    email = f"{new_id('who')}@buyer.example"
    mine = [buy(prices[sort], email).subscription for sort in bought]
    Subscription.objects.filter(pk__in=[each.pk for each in mine]).update(method=mine[0].method)
    live(lived)
    first = Subscription.objects.get(pk=mine[0].pk)
    if name == "align":
        deed = align(first, 1 + days % 28)
    else:
        deed = switch(first, prices, name) if name in SWITCHES else deeds(days)[name]
    if first.ended:
        deed = deeds(days)["nothing"]
    now = clock.now()
    expected = previewing.preview(first, deed.act)
    deed.do(first)
    live(DAYS + 60 * (name == "align"))
    assert billed(first.customer_id, now) == shown(expected, clock.now())
    for each in mine:
        cancellation.cancel_now(each, by=SYSTEM, source="hub")


SORTS = st.sampled_from(["weekly", "two_weekly", "monthly", "quarterly", "trial", "limited"])
NAMES = ["nothing", "cancel", "cancel_on", "pause", "pause_for", "pause_until", "align", *SWITCHES]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_is_shown_is_billed(prices: dict[str, Price], name: str) -> None:
    first = "monthly" if name == "align" else "weekly"
    check(prices, [first, "trial", "limited"], 4, name, 13)


@pytest.mark.nightly
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    bought=st.lists(SORTS, min_size=1, max_size=3),
    lived=st.integers(0, 20),
    name=st.sampled_from(NAMES),
    days=st.integers(1, 40),
)
def test_what_is_shown_is_billed_in_any_history(
    prices: dict[str, Price], bought: list[str], lived: int, name: str, days: int
) -> None:
    check(prices, bought, lived, name, days)


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
