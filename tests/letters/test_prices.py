"""A higher price that the seller set is charged after a notice in time; else the old one is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import switching
from wainwright.billing.models import Subscription
from wainwright.billing.previewing import preview
from wainwright.billing.switching import Switched
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments.models import Payment
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def monthly(shop: cast.Cast) -> Subscription:
    return buy(make_price(make_product(shop.own), "monthly", 2900)).subscription


def change_price(subscription: Subscription, amount: int = 3900, *, by_seller: bool = True) -> None:
    price = make_price(subscription.product, "monthly", amount)
    subscription.refresh_from_db()
    act = switching.proposed(subscription, price, now=False, by_seller=by_seller)
    assert switching.switch(subscription, act, by=SYSTEM) == Switched.PLANNED


def charged() -> list[int]:
    paid = Payment.objects.filter(state=Payment.SUCCEEDED).order_by("pk")
    return list(paid.values_list("amount", flat=True))


def test_the_higher_price_is_told_of_two_weeks_before_and_then_charged(
    shop: cast.Cast, monthly: Subscription
) -> None:
    change_price(monthly)
    advance(shop.account.pk, 32)
    letter = Letter.objects.get(kind="price_change")
    monthly.refresh_from_db()
    assert letter.sent_at is not None
    assert 13 <= (monthly.current_start - letter.sent_at).days <= 14
    assert "39.00" in letter.subject
    assert charged() == [2900, 3900]
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_set_too_late_it_waits_for_the_payment_after_and_is_told_of_once(
    shop: cast.Cast, monthly: Subscription
) -> None:
    advance(shop.account.pk, 26)
    change_price(monthly)
    advance(shop.account.pk, 40)
    assert charged() == [2900, 2900, 3900]
    assert Letter.objects.filter(kind="price_change").count() == 1


def test_set_less_than_two_weeks_before_it_is_told_of_at_once(
    shop: cast.Cast, monthly: Subscription
) -> None:
    advance(shop.account.pk, 20)
    change_price(monthly)
    advance(shop.account.pk, 1)
    assert Letter.objects.filter(kind="price_change").count() == 1
    advance(shop.account.pk, 12)
    assert charged() == [2900, 3900]


def test_a_notice_that_was_not_sent_holds_the_old_price_and_the_seller_is_told(
    shop: cast.Cast, monthly: Subscription
) -> None:
    change_price(monthly)
    advance(shop.account.pk, 17)
    assert Letter.objects.filter(kind="price_change").update(state=Letter.FAILED, sent_at=None)
    Subscription.objects.update(then_told_for=None)
    advance(shop.account.pk, 15)
    assert charged() == [2900, 2900]
    assert Letter.objects.filter(kind="price_unsent").count() == 1
    advance(shop.account.pk, 31)
    assert charged() == [2900, 2900, 3900]


def test_what_the_customer_chose_and_what_costs_less_waits_for_no_notice(
    shop: cast.Cast, monthly: Subscription
) -> None:
    advance(shop.account.pk, 28)
    change_price(monthly, by_seller=False)
    advance(shop.account.pk, 4)
    assert charged() == [2900, 3900]
    change_price(monthly, 1900)
    advance(shop.account.pk, 31)
    assert charged() == [2900, 3900, 1900]
    assert not Letter.objects.filter(kind="price_change").exists()


def test_a_year_in_one_sum_waits_for_its_notice_though_it_costs_less_a_day(
    shop: cast.Cast, monthly: Subscription
) -> None:
    advance(shop.account.pk, 26)
    price = make_price(monthly.product, "monthly", 30_000, interval="yearly")
    act = switching.proposed(monthly, price, by_seller=True)
    assert (act.at, act.waits) == (None, True)
    assert switching.switch(monthly, act, by=SYSTEM) == Switched.PLANNED
    advance(shop.account.pk, 40)
    assert charged() == [2900, 2900, 30_000]
    told = Letter.objects.get(kind="price_change")
    assert "300.00" in told.subject
    assert told.sent_at < Payment.objects.latest("pk").started_at - timedelta(days=7)


@pytest.mark.parametrize("days", [0, 20, 27])
def test_what_is_foreseen_is_what_is_charged(
    shop: cast.Cast, monthly: Subscription, days: int
) -> None:
    advance(shop.account.pk, days)
    change_price(monthly)
    monthly.refresh_from_db()
    foreseen = [bill.totals.gross.minor for bill in preview(monthly)[:3]]
    advance(shop.account.pk, 93 - days)
    assert charged()[1:] == foreseen
