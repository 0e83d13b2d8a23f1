"""Leaving on a day, pausing for a while, and coming back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, pausing, reactivating, states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Ending, Period, Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.payments.models import Payment
from wainwright.reports import invariants

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def weekly(shop: cast.Cast, **terms: object) -> Subscription:
    price = make_price(make_product(shop.own), "monthly", 700, interval="weekly", **terms)
    return buy(price).subscription


def again(subscription: Subscription) -> Subscription:
    subscription.refresh_from_db()
    return subscription


def renewals_made() -> list[int]:
    rows = Payment.objects.filter(purpose=Payment.RENEWAL).order_by("pk")
    return list(rows.values_list("amount", flat=True))


def nothing_is_broken() -> bool:
    return not [found.broken for found in invariants.evaluate() if found.broken]


def test_the_table_for_sellers_has_every_move_and_no_other() -> None:
    names = {str(name): state for state, name in states.NAMES}
    text = (Path(__file__).parents[2] / "docs/selling.md").read_text(encoding="utf-8")
    table = text.partition("## The life of a subscription")[2].partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    told = [(names[row[0]], names[row[1]]) for row in rows[2:]]
    assert told == [(state, to) for state, after in states.MOVES.items() for to in after]
    assert all(len(row) == 5 and all(row) for row in rows)


@pytest.mark.slow
def test_cancelled_on_a_day_it_is_charged_until_then_and_no_longer(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    day = subscription.due(2) + timedelta(days=3)
    cancellation.cancel_on(subscription, day, by=SYSTEM, source="hub")
    advance(shop.account.pk, 25)
    assert (again(subscription).state, renewals_made()) == (states.CANCELLED, [700, 300])
    assert Period.objects.get(subscription=subscription, number=2).ends_at == day
    assert nothing_is_broken()


def test_a_day_in_the_past_is_refused(shop: cast.Cast) -> None:
    with pytest.raises(MoveRefused):
        cancellation.cancel_on(weekly(shop), clock.now(), by=SYSTEM, source="hub")


@pytest.mark.slow
def test_a_pause_of_two_periods_keeps_the_bill_day(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    wanted = subscription.due(3)
    pausing.pause(subscription, by=SYSTEM, periods=2)
    advance(shop.account.pk, 20)
    assert renewals_made() == []
    advance(shop.account.pk, 2)
    assert (again(subscription).state, renewals_made()) == (states.ACTIVE, [700])
    assert (subscription.current_start, subscription.payments_made) == (wanted, 2)
    assert nothing_is_broken()


@pytest.mark.slow
def test_a_pause_until_a_day_in_paid_time_charges_nothing_then(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    due = subscription.next_due_at
    pausing.pause(subscription, by=SYSTEM, until=clock.now() + timedelta(days=3))
    advance(shop.account.pk, 4)
    assert (again(subscription).state, renewals_made()) == (states.ACTIVE, [])
    assert subscription.next_due_at == due


@pytest.mark.slow
def test_a_pause_until_a_later_day_begins_a_period_on_it(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    day = clock.now() + timedelta(days=10)
    pausing.pause(subscription, by=SYSTEM, until=day)
    advance(shop.account.pk, 11)
    assert (again(subscription).current_start, renewals_made()) == (day, [700])
    assert nothing_is_broken()


@pytest.mark.slow
def test_a_limited_plan_owes_as_many_payments_after_a_pause(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own), "limited", 700, interval="weekly", payments_total=3)
    subscription = buy(price).subscription
    pausing.pause(subscription, by=SYSTEM, periods=1)
    advance(shop.account.pk, 30)
    assert (again(subscription).state, renewals_made()) == (states.COMPLETED, [700, 700])


def test_an_ended_one_comes_back_into_its_paid_time_without_a_charge(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    due = subscription.next_due_at
    cancellation.cancel_now(subscription, by=SYSTEM, source="hub", reason="moved house")
    back = reactivating.reactivate(subscription, by=SYSTEM)
    assert (back.state, back.next_due_at, back.cancel_at) == (states.ACTIVE, due, None)
    assert Ending.objects.get().reason == "moved house"
    assert reactivating.reactivate(subscription, by=SYSTEM).version == back.version


@pytest.mark.slow
def test_after_its_paid_time_it_comes_back_with_a_new_bill_day(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    advance(shop.account.pk, 10)
    reactivating.reactivate(subscription, by=SYSTEM)
    advance(shop.account.pk, 1)
    assert (again(subscription).state, renewals_made()) == (states.ACTIVE, [700])
    assert nothing_is_broken()


@pytest.mark.slow
def test_too_late_to_come_back_is_the_sellers_rule(shop: cast.Cast) -> None:
    subscription = weekly(shop)
    change_rules(None, by=SYSTEM, return_days=2)
    cancellation.cancel_now(subscription, by=SYSTEM, source="hub")
    advance(shop.account.pk, 3)
    with pytest.raises(MoveRefused):
        reactivating.reactivate(subscription, by=SYSTEM)
