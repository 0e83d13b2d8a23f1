"""Declined payments follow the account's calendar, the decline's kind and the schemes' limits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from tests import cast
from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.billing import dunning, methods, owing, renewals, states
from wainwright.billing.models import Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Refused
from wainwright.core.ids import new_id
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import schemes
from wainwright.payments.booking import book
from wainwright.payments.gateways.base import Decline, Outcome, OutcomeStatus
from wainwright.payments.models import Bill, Payment

pytestmark = pytest.mark.django_db

HOME = "http://shop.example/"


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


@pytest.fixture
def failed(shop: cast.Cast) -> Subscription:
    """Its first renewal was declined today."""
    price = make_price(make_product(shop.own), "daily")
    subscription = buy(price, card=LATER_DECLINED).subscription
    advance(shop.account.pk, 1)
    return again(subscription)


def again(subscription: Subscription) -> Subscription:
    subscription.refresh_from_db()
    return subscription


def tries() -> int:
    return Payment.objects.filter(purpose=Payment.RENEWAL).count()


@pytest.mark.slow
def test_the_calendar_is_the_products_before_the_accounts(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    change_rules(None, by=SYSTEM, retry_after_days=[9])
    change_rules(product, by=SYSTEM, retry_after_days=[2])
    subscription = buy(make_price(product, "daily"), card=LATER_DECLINED).subscription
    advance(shop.account.pk, 1)
    wait = again(subscription).next_due_at - clock.now()
    assert timedelta(days=1, hours=23) < wait <= timedelta(days=2)
    advance(shop.account.pk, 2)
    assert (tries(), again(subscription).state) == (2, states.CANCELLED)


def test_a_calendar_out_of_bounds_is_refused(shop: cast.Cast) -> None:
    with pytest.raises(Refused):
        change_rules(None, by=SYSTEM, retry_after_days=[0])


@pytest.mark.slow
def test_grace_comes_after_the_last_try_and_makes_none(
    shop: cast.Cast, failed: Subscription
) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], grace_days=5)
    advance(shop.account.pk, 4)
    assert (tries(), again(failed).state) == (2, states.PAST_DUE)
    advance(shop.account.pk, 3)
    assert (tries(), again(failed).state) == (2, states.CANCELLED)


@pytest.mark.slow
def test_a_card_given_in_the_grace_pays(shop: cast.Cast, failed: Subscription) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], grace_days=5)
    advance(shop.account.pk, 4)
    address = methods.start_replacing(failed, by=SYSTEM, return_url=HOME, cancel_url=HOME)
    payment = Payment.objects.select_related("connection__business").get(start_url=address)
    pay_at_gateway(payment)
    methods.finish_replacing(payment, {})
    advance(shop.account.pk, 1)
    assert again(failed).state == states.ACTIVE


def test_it_may_pause_instead_of_ending(shop: cast.Cast, failed: Subscription) -> None:
    change_rules(None, by=SYSTEM, retry_after_days=[1], then="pause")
    advance(shop.account.pk, 1)
    assert again(failed).state == states.PAUSED
    assert Bill.objects.get(kind=Bill.RENEWAL).state == Bill.WRITTEN_OFF


def test_a_busy_bank_is_tried_again_soon(failed: Subscription) -> None:
    with transaction.atomic():
        debtors = owing.debtors(failed.open_bill_id)
        dunning.note_failure(debtors, payment_id=None, decline=Decline.TRY_AGAIN)
    assert again(failed).next_due_at - clock.now() <= dunning.SOON


def test_an_order_to_stop_ends_it_at_once(shop: cast.Cast, failed: Subscription) -> None:
    payment = Payment.objects.get(purpose=Payment.RENEWAL)
    Payment.objects.filter(pk=payment.pk).update(state=Payment.UNKNOWN, settled_at=None)
    book(
        payment.pk,
        Outcome(OutcomeStatus.DECLINED, "", decline=Decline.DO_NOT_RETRY, stop_series=True),
    )
    assert again(failed).state == states.CANCELLED


def test_no_more_tries_than_the_card_scheme_allows(shop: cast.Cast, failed: Subscription) -> None:
    declined = Payment.objects.get(purpose=Payment.RENEWAL)
    assert not schemes.forbid(failed.method)
    for _try in range(14):
        declined.pk, declined.public_id = None, new_id("pay")
        declined.save()
    assert schemes.forbid(failed.method)
    Subscription.objects.update(next_due_at=clock.now())
    renewals.renew_due()
    assert tries() == 15
    assert again(failed).next_due_at > clock.now()
