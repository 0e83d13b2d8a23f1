"""What must happen once happens once, whoever else does it at the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from tests import cast
from tests.concurrency.together import together
from tests.factories.buying import Bought, begin, buy, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, renewals
from wainwright.checkout import paying
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments import janitor, refunds
from wainwright.payments.models import Payment, Refund
from wainwright.sales.models import Entry, Order

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVER = datetime(1970, 1, 1, tzinfo=UTC)
TOKEN = "t" * 24


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def due_subscription(shop: cast.Cast) -> Bought:
    bought = buy(make_price(make_product(shop.own), "daily"))
    clock.set_offset(timedelta(days=1, hours=1))
    return bought


def test_a_double_click_on_pay_opens_one_attempt(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    results = together(shop.account.pk, *[lambda: begin(price, token=TOKEN)] * 4)
    assert {type(result) for result in results} == {paying.Redirect}
    assert len({result.url for result in results}) == 1
    assert Payment.objects.count() == 1


def test_two_tabs_coming_back_place_one_order(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own)), token=TOKEN)
    payment = Payment.objects.select_related("connection__business").get()
    pay_at_gateway(payment)
    results = together(shop.account.pk, *[lambda: paying.returned(payment, {})] * 4)
    assert {result.order.pk for result in results} == {Order.objects.get().pk}
    assert (Entry.objects.count(), Document.objects.count()) == (1, 1)


def test_webhook_and_browser_together_place_one_order(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own), "monthly"), token=TOKEN)
    payment = Payment.objects.select_related("connection__business", "method").get()
    pay_at_gateway(payment)
    together(
        shop.account.pk,
        lambda: paying.returned(payment, {}),
        lambda: janitor.resolve(payment),
        lambda: janitor.resolve(payment),
    )
    assert (Order.objects.count(), Entry.objects.count()) == (1, 1)


def test_four_workers_renew_once(shop: cast.Cast) -> None:
    subscription = due_subscription(shop).subscription
    results = together(shop.account.pk, *[lambda: renewals.renew(subscription.pk)] * 4)
    assert results == [None] * 4  # each waits its turn, none runs into what the first one wrote
    renewed = Payment.objects.filter(purpose=Payment.RENEWAL)
    assert [payment.state for payment in renewed] == [Payment.SUCCEEDED]
    subscription.refresh_from_db()
    assert subscription.payments_made == 2


def test_what_a_cancellation_races_is_never_charged_or_paid_for_or_given_back_whole(
    shop: cast.Cast,
) -> None:
    subscription = due_subscription(shop).subscription
    together(
        shop.account.pk,
        lambda: renewals.renew(subscription.pk),
        lambda: cancellation.cancel_at_period_end(subscription, by=SYSTEM, source="hub"),
    )
    refunds.return_strays()
    subscription.refresh_from_db()
    assert (subscription.next_due_at, subscription.cancel_at is None) == (None, False)
    charges = gateway_of(shop.own).list_charges(EVER)
    taken = [each.outcome for each in charges if each.start_ref is None]
    left = [each.amount.minor - each.refunded.minor for each in taken]
    renewal = Payment.objects.filter(purpose=Payment.RENEWAL).first()
    if renewal is None or renewal.state == Payment.ABANDONED:
        assert (left, subscription.payments_made) == ([], 1)
    elif renewal.stray:
        assert (left, subscription.payments_made) == ([0], 1)
        assert renewal.started_at < subscription.cancel_asked_at
    else:
        assert (left, subscription.payments_made) == ([2900], 2)
        assert renewal.settled_at < subscription.cancel_asked_at


def test_the_same_refund_form_twice_is_one_refund(shop: cast.Cast) -> None:
    payment = buy(make_price(make_product(shop.own))).payment

    def give_back() -> Refund:
        return refunds.refund(
            payment, amount=Money(1000, "EUR"), note="", by=SYSTEM, form_key="form-1"
        )

    results = together(shop.account.pk, *[give_back] * 4)
    assert {result.pk for result in results} == {Refund.objects.get().pk}


def test_refunds_at_the_same_moment_never_exceed_the_payment(shop: cast.Cast) -> None:
    payment = buy(make_price(make_product(shop.own), amount=2900)).payment
    together(
        shop.account.pk,
        *[
            lambda key=key: refunds.refund(
                payment, amount=Money(2000, "EUR"), note="", by=SYSTEM, form_key=key
            )
            for key in ("a", "b", "c")
        ],
    )
    given = Refund.objects.exclude(state=Refund.DECLINED)
    assert [refund.amount for refund in given] == [2000]


def test_documents_issued_at_once_are_numbered_without_a_gap(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    payments = []
    for n in range(6):
        begin(price, f"buyer{n}@buyer.example", token=f"{n}" * 24)
        payment = Payment.objects.select_related("connection__business").latest("pk")
        pay_at_gateway(payment)
        payments.append(payment)
    together(shop.account.pk, *[lambda p=payment: paying.returned(p, {}) for payment in payments])
    assert sorted(Document.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]


def test_one_letter_per_event_however_often_it_is_delivered(shop: cast.Cast) -> None:
    buy(make_price(make_product(shop.own)))
    together(shop.account.pk, *[events.deliver_waiting] * 4)
    assert Letter.objects.filter(kind="receipt").count() == 1
