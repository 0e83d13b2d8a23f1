"""Credit that nothing will use any more: the seller is asked, and it goes back as it was paid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, credit, holds, leftover, switching
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Credit, CreditReturn, Hold, Subscription
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.letters.models import Letter
from wainwright.payments.events import RefundDeclined
from wainwright.payments.gateways.base import Outcome, OutcomeStatus
from wainwright.payments.models import Payment, Refund
from wainwright.payments.refunds import book_refund
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def price(shop: cast.Cast, name: str, amount: int) -> Price:
    return make_price(make_product(shop.own, name, tax="19"), "monthly", amount, interval="weekly")


def change(mine: Subscription, to: Price, after: timedelta) -> Subscription:
    clock.set_offset(clock.offset() + after)
    mine = Subscription.objects.get(pk=mine.pk)
    act = switching.proposed(mine, to, now=True)
    assert switching.switch(mine, act, by=SYSTEM) == Switched.DONE
    return Subscription.objects.get(pk=mine.pk)


def left() -> int:
    return sum(Credit.objects.values_list("left", flat=True))


def asked() -> Hold:
    return Hold.objects.get(kind=Hold.CREDIT, decided_at=None)


@pytest.fixture
def mine(shop: cast.Cast) -> Subscription:
    """Half a week of 7.00 was given up for one that costs 0.50: 3.00 are left."""
    studio = buy(price(shop, "Studio", 700)).subscription
    return change(studio, price(shop, "Small", 100), timedelta(days=3, hours=12))


def test_credit_that_nothing_will_use_goes_back_when_the_seller_says_so(
    mine: Subscription,
) -> None:
    has = left()
    assert has > 200
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    hold = asked()
    assert (hold.subscription, hold.amount) == (mine, has)
    assert holds.returnable(hold) == Money(has, "EUR")
    for _again in range(2):
        holds.decide(hold, Hold.GO_ON, by=SYSTEM)
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, left()) == (has, Refund.SUCCEEDED, 0)
    assert refund.payment == Payment.objects.get(purpose=Payment.CHECKOUT)
    note = Document.objects.get(kind=CREDIT_NOTE)
    assert note.gross == has
    events.deliver_waiting()
    assert Letter.objects.filter(kind="refund").count() == 1
    assert (
        "of credit are left that nothing will use" in Letter.objects.get(kind="billing_held").text
    )
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_while_something_runs_or_if_it_is_left_as_credit_nothing_goes_back(
    shop: cast.Cast, mine: Subscription
) -> None:
    other = buy(price(shop, "Other", 500)).subscription
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert not Hold.objects.exists()
    has = left()
    cancellation.cancel_now(other, by=SYSTEM, source="hub")
    holds.decide(asked(), Hold.SKIP, by=SYSTEM)
    assert (left(), Refund.objects.count()) == (has, 0)


def test_what_the_bank_refuses_is_credit_again_once(mine: Subscription) -> None:
    has = credit.balance(mine.customer_id, "EUR")
    with transaction.atomic():
        [begun] = leftover.begin_return(mine.customer_id, "EUR", by=SYSTEM)
    assert (begun.money, left()) == (has, 0)
    for _again in range(2):
        book_refund(begun.pk, Outcome(OutcomeStatus.DECLINED, ""))
        assert credit.balance(mine.customer_id, "EUR") == has
    credit.keep_what_was_refused(
        RefundDeclined(business_id=mine.business_id, refund_id=begun.pk), EventRow()
    )
    assert credit.balance(mine.customer_id, "EUR") == has
    assert CreditReturn.objects.get().void


def test_it_goes_back_by_each_payment_that_paid_a_part_of_it(shop: cast.Cast) -> None:
    """What an upgrade left was paid with the upgrade and with the plan before it."""
    studio = buy(price(shop, "Studio", 700)).subscription
    dear = change(studio, price(shop, "Pro", 1400), timedelta(days=1))
    mine = change(dear, price(shop, "Small", 100), timedelta(days=1))
    has = left()
    cancellation.cancel_now(mine, by=SYSTEM, source="dashboard")
    holds.decide(asked(), Hold.GO_ON, by=SYSTEM)
    first = Payment.objects.get(purpose=Payment.CHECKOUT)
    second = Payment.objects.get(purpose=Payment.CHANGE, amount__gt=0)
    back = dict(Refund.objects.values_list("payment", "amount"))
    assert back == {second.pk: second.amount, first.pk: has - second.amount}
    assert left() == 0
    assert not [found.broken for found in invariants.evaluate() if found.broken]


def test_credit_stays_where_its_payment_cannot_be_given_back(mine: Subscription) -> None:
    Payment.objects.filter(purpose=Payment.CHECKOUT).update(connection=None)
    cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert holds.choices_of(asked()) == (Hold.SKIP,)
    with pytest.raises(MoveRefused):
        holds.decide(asked(), Hold.GO_ON, by=SYSTEM)
