"""A subscription's life, from the purchase to its end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.clocks import advance
from tests.factories.buying import DECLINED, GOOD, LATER_DECLINED, buy, try_to_buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, pausing, renewals, states
from wainwright.checkout import paying
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.payments.models import Bill, Payment
from wainwright.sales.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def test_one_payment_is_one_order_entry_and_invoice(shop: cast.Cast) -> None:
    bought = buy(make_price(make_product(shop.own, tax="19"), "one_time", 11900))
    entry = Entry.objects.get()
    assert (entry.net, entry.tax, entry.gross) == (10000, 1900, 11900)
    assert Document.objects.get().number_text == f"TEST-{bought.order.placed_at.year}-0001"


def test_a_declined_card_places_no_order(shop: cast.Cast) -> None:
    result = try_to_buy(make_price(make_product(shop.own)), card=DECLINED)
    assert isinstance(result, paying.NotPaid)
    assert not Entry.objects.exists()


@pytest.mark.slow
def test_a_free_trial_charges_nothing_until_it_ends(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "trial")).subscription
    assert subscription.state == states.TRIALING
    assert not Document.objects.exists()
    advance(shop.account.pk, 15)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.payments_made) == (states.ACTIVE, 1)
    assert [entry.gross for entry in Entry.objects.order_by("pk")] == [0, 2900]


@pytest.mark.slow
def test_split_pay_completes_with_its_last_payment(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "split")).subscription
    advance(shop.account.pk, 100)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.payments_made) == (states.COMPLETED, 3)
    assert Document.objects.count() == 3


@pytest.mark.slow
def test_three_retries_then_the_end(shop: cast.Cast) -> None:
    subscription = buy(
        make_price(make_product(shop.own), "monthly"), card=LATER_DECLINED
    ).subscription
    advance(shop.account.pk, 45)
    subscription.refresh_from_db()
    assert subscription.state == states.CANCELLED
    assert subscription.cancel_source == "dunning"
    assert Payment.objects.filter(state=Payment.DECLINED).count() == 4
    assert Bill.objects.get(kind=Bill.RENEWAL).state == Bill.WRITTEN_OFF


@pytest.mark.slow
def test_nothing_is_charged_after_a_cancellation(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "monthly")).subscription
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    advance(shop.account.pk, 70)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.payments_made) == (states.CANCELLED, 1)
    assert subscription.ended_at >= subscription.current_end


def test_what_is_cancelled_is_due_no_more_whichever_job_comes_first(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "monthly")).subscription
    cancelled = cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    clock.set_offset(clock.offset() + timedelta(days=32))
    renewals.renew_due()
    assert (cancelled.next_due_at, Payment.objects.count()) == (None, 1)


def test_an_undone_cancellation_renews_on_the_same_day(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "monthly")).subscription
    due = subscription.next_due_at
    cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub")
    subscription = cancellation.undo_cancellation(subscription, by=SYSTEM)
    assert subscription.next_due_at == due


@pytest.mark.slow
def test_a_pause_charges_nothing_and_resuming_starts_a_new_period(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "monthly")).subscription
    pausing.pause(subscription, by=SYSTEM)
    advance(shop.account.pk, 70)
    subscription = pausing.resume(subscription, by=SYSTEM)
    assert subscription.payments_made == 1
    advance(shop.account.pk, 1)
    subscription.refresh_from_db()
    assert (subscription.state, subscription.payments_made) == (states.ACTIVE, 2)


@pytest.mark.slow
def test_two_years_of_a_month_end_keep_the_anchor(shop: cast.Cast) -> None:
    subscription = buy(make_price(make_product(shop.own), "monthly"), card=GOOD).subscription
    advance(shop.account.pk, 731)
    subscription.refresh_from_db()
    assert subscription.payments_made == 25
    assert subscription.current_start == subscription.due(24)
