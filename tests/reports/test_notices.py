"""The audit names who was charged without the notice that the law wants before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance, pass_time
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, switching
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.models import AuditRow
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.reports.invariants import notices

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def bought(shop: cast.Cast, sort: str, **terms: str) -> Subscription:
    """The notices begin as it is bought."""
    subscription = buy(make_price(make_product(shop.own), sort, 2900, **terms)).subscription
    pass_time(shop.account.pk, timedelta(hours=2))
    return subscription


def days_before(subscription: Subscription, days: int) -> None:
    """Time goes by until so many days before its next charge, with all that is due then."""
    due = subscription.next_due_at - timedelta(days=days) + timedelta(hours=3)
    pass_time(subscription.account_id, due - clock.now())


def test_a_charge_without_one_of_its_notices_is_named(shop: cast.Cast) -> None:
    yearly = bought(shop, "yearly")
    for days in (35, 7, 0):
        days_before(yearly, days)
    assert Letter.objects.filter(kind="renewal_ahead").count() == 2
    assert notices.charges_are_told_of().broken == []
    Letter.objects.filter(kind="renewal_ahead").first().delete()
    [broken] = notices.charges_are_told_of().broken
    assert broken.startswith(f"{yearly.public_id}: was charged on ")
    assert notices.charges_are_told_of().checked == 1


@pytest.mark.sqlite  # PostgreSQL lets nobody take a row out of the trail
def test_who_took_his_cancellation_back_on_the_day_of_the_notice_is_not_named(
    shop: cast.Cast,
) -> None:
    quarterly = bought(shop, "monthly", interval="quarterly")
    days_before(quarterly, 10)
    cancellation.cancel_at_period_end(quarterly, by=SYSTEM, source="hub")
    days_before(quarterly, 3)
    cancellation.undo_cancellation(Subscription.objects.get(), by=SYSTEM)
    days_before(quarterly, 0)
    assert Subscription.objects.get().payments_made == 2
    assert not Letter.objects.filter(kind="renewal_ahead").exists()
    assert notices.charges_are_told_of().broken == []
    AuditRow.objects.filter(action__startswith="subscription.cancellation").delete()
    assert quarterly.public_id in "".join(notices.charges_are_told_of().broken)


def test_a_trial_that_was_charged_without_its_notice_is_named(shop: cast.Cast) -> None:
    trial = bought(shop, "trial")
    advance(shop.account.pk, 15)
    assert notices.charges_are_told_of().broken == []
    Letter.objects.filter(kind="trial_ending").delete()
    assert trial.public_id in "".join(notices.charges_are_told_of().broken)


def raise_price(subscription: Subscription, *, by_seller: bool) -> None:
    dearer = make_price(subscription.product, "monthly", 3900)
    act = switching.proposed(subscription, dearer, now=False, by_seller=by_seller)
    switching.switch(subscription, act, by=SYSTEM)


def test_a_higher_price_without_its_notice_is_named(shop: cast.Cast) -> None:
    monthly = bought(shop, "monthly")
    raise_price(monthly, by_seller=True)
    advance(shop.account.pk, 32)
    assert Subscription.objects.get().amount == 3900
    told = notices.raised_prices_are_told_of()
    assert (told.checked, told.broken) == (1, [])
    sent = Letter.objects.filter(kind="price_change")
    sent.update(sent_at=sent.get().sent_at + timedelta(days=9))
    assert monthly.public_id in "".join(notices.raised_prices_are_told_of().broken)
    sent.update(sent_at=None)
    [broken] = notices.raised_prices_are_told_of().broken
    assert broken == f"{monthly.public_id}: is charged a higher price without its notice"


def test_what_a_customer_chose_himself_needs_none(shop: cast.Cast) -> None:
    monthly = bought(shop, "monthly")
    raise_price(monthly, by_seller=False)
    advance(shop.account.pk, 32)
    assert Subscription.objects.get().amount == 3900
    assert notices.raised_prices_are_told_of().checked == 0
