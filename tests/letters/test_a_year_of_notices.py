"""A year is lived by the engine, and every notice it wrote is held against every known window."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from math import ceil

import pytest

from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.billing import pausing, renewals, switching
from wainwright.billing.models import Period, Subscription
from wainwright.consumer_law import notices
from wainwright.consumer_law.policies import rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import INTERVALS
from wainwright.letters import noticing
from wainwright.letters.models import Letter

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

A_DAY = timedelta(days=1)
OFTEN = [name for name, (months, _days) in INTERVALS.items() if months < 2]
SELDOM = [name for name in INTERVALS if name not in OFTEN]


def lived(subscription: Subscription, days: int) -> Iterator[tuple[Subscription, int]]:
    """Day by day, with how many notices of charges its customer had by then."""
    for _day in range(days):
        clock.set_offset(clock.offset() + A_DAY)
        pausing.resume_due()
        renewals.renew_due()
        noticing.give_notice()
        subscription.refresh_from_db()
        yield subscription, Letter.objects.filter(kind="renewal_ahead").count()


def bought(business: Business, interval: str) -> Subscription:
    """And two hours have passed, so that clocks which are changed change no day."""
    price = make_price(make_product(business), "monthly", interval=interval)
    subscription = buy(price).subscription
    noticing.give_notice()
    clock.set_offset(clock.offset() + timedelta(hours=2))
    return subscription


@pytest.mark.parametrize("interval", SELDOM)
def test_each_charge_is_told_of_inside_every_window_and_never_twice_for_one(
    business: Business, interval: str
) -> None:
    months, _days = INTERVALS[interval]
    told: Counter[tuple[object, int]] = Counter()
    before = 0
    for subscription, written in lived(bought(business, interval), 370):
        due = subscription.next_due_at
        told[due, ceil((due - clock.now()) / A_DAY)] += written - before
        before = written
    charged = Period.objects.filter(number__gt=0).values_list("starts_at", flat=True)
    assert len(charged) == 12 // months
    wanted = notices.of_renewal(interval, clock.today("UTC"))
    assert {key: count for key, count in told.items() if count} == {
        (due, days): 1 for due in charged for days in wanted
    }
    for window in rules():
        limits = window.parameters
        if window.duty == "notice_window" and limits["occasion"] == notices.RENEWAL:
            inside = any(limits["latest"] <= day <= limits["earliest"] for day in wanted)
            assert inside or limits["months_from"] > months, window.source


@pytest.mark.parametrize("interval", OFTEN)
def test_what_is_charged_often_is_told_of_once_a_week_before_its_year_is_over(
    business: Business, interval: str
) -> None:
    told = [written for _one, written in lived(bought(business, interval), 370)]
    assert (told[356], told[357], told[-1]) == (0, 1, 1)


def test_neither_a_pause_nor_another_plan_moves_the_notice_of_the_year(business: Business) -> None:
    mine = bought(business, "monthly")
    weekly = make_price(mine.product, "monthly", 700, interval="weekly")
    told = []
    for day, (each, written) in enumerate(lived(mine, 370)):
        told.append(written)
        if day == 40:
            pausing.pause(each, by=SYSTEM, periods=2)
        if day == 200:
            switching.switch(each, switching.proposed(each, weekly, now=False), by=SYSTEM)
    assert (told[356], told[357], told[-1]) == (0, 1, 1)
