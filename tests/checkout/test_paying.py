from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.factories.buying import DECLINED, begin, buy, pay_at_gateway, try_to_buy
from tests.factories.shops import make_price, make_product
from wainwright.catalog import prices
from wainwright.checkout import paying, placing
from wainwright.checkout.models import Cart
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import NotFound
from wainwright.core.models import EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer
from wainwright.payments import janitor
from wainwright.payments.errors import NoGateway
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Bill, Connection, Method, Payment
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db

TOKEN = "t" * 24


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def attempt() -> Payment:
    return Payment.objects.select_related("connection__business").latest("pk")


def test_a_replayed_form_after_the_purchase_shows_the_same_order(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    first = try_to_buy(price, token=TOKEN)
    again = begin(price, token=TOKEN)
    assert isinstance(first, paying.Placed)
    assert isinstance(again, paying.Placed)
    assert first.order.pk == again.order.pk
    assert Payment.objects.count() == 1


def test_a_payment_heard_of_twice_is_one_order(shop: cast.Cast) -> None:
    bought = buy(make_price(make_product(shop.own)))
    told = EventRow.objects.get(name=PaymentSucceeded.name)
    placing.place_order(PaymentSucceeded(**told.payload), told)
    assert Order.objects.get() == bought.order


def test_going_back_and_paying_again_reuses_the_attempt(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    assert begin(price, token=TOKEN) == begin(price, token=TOKEN)
    assert Bill.objects.count() == 1


def test_another_choice_voids_the_bill_of_the_first(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    begin(make_price(product, "one_time", 9900), token=TOKEN)
    result = try_to_buy(make_price(product, "monthly"), token=TOKEN)
    assert isinstance(result, paying.Placed)
    assert result.order.gross == 2900
    assert sorted(Bill.objects.values_list("state", flat=True)) == [Bill.PAID, Bill.VOID]


def test_a_first_choice_paid_in_another_tab_is_what_was_bought(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    begin(make_price(product, "one_time", 9900), token=TOKEN)
    pay_at_gateway(attempt())
    result = begin(make_price(product, "monthly"), token=TOKEN)
    assert isinstance(result, paying.Placed)
    assert result.order.gross == 9900
    assert Order.objects.count() == 1


def test_after_a_decline_another_card_buys_it(shop: cast.Cast) -> None:
    price = make_price(make_product(shop.own))
    assert isinstance(try_to_buy(price, card=DECLINED, token=TOKEN), paying.NotPaid)
    result = try_to_buy(price, token=TOKEN)
    assert isinstance(result, paying.Placed)


def test_the_order_freezes_business_and_buyer(shop: cast.Cast) -> None:
    order = buy(make_price(make_product(shop.own))).order
    assert order.seller["name"] == "Agency"
    assert order.buyer["email"] == "ada@buyer.example"
    assert order.consent["text"] == "as shown"


def test_a_method_is_kept_only_when_it_will_be_charged_again(shop: cast.Cast) -> None:
    product = make_product(shop.own)
    buy(make_price(product))
    assert not Method.objects.exists()
    buy(make_price(product, "monthly"))
    method = Method.objects.get()
    assert (method.brand, method.last4) == ("Visa", "4242")


def test_what_costs_nothing_needs_no_gateway(shop: cast.Cast) -> None:
    Connection.objects.update(active=False)
    result = begin(make_price(make_product(shop.own), amount=0))
    assert isinstance(result, paying.Placed)


def test_without_a_gateway_nothing_is_charged_and_nothing_is_owed(shop: cast.Cast) -> None:
    Connection.objects.update(active=False)
    with pytest.raises(NoGateway):
        begin(make_price(make_product(shop.own)))
    assert not Bill.objects.exists()


def test_an_archived_price_cannot_be_bought(shop: cast.Cast) -> None:
    price = prices.archive_price(make_price(make_product(shop.own)), by=SYSTEM)
    with pytest.raises(NotFound):
        begin(price)


def test_an_abandoned_checkout_leaves_no_open_bill(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own)))
    clock.set_offset(timedelta(days=2))
    paying.abandon_old()
    assert Bill.objects.get().state == Bill.VOID
    assert Cart.objects.get().state == Cart.ABANDONED
    assert not Customer.objects.exists()


def test_a_checkout_paid_but_never_returned_to_becomes_an_order(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own)))
    pay_at_gateway(attempt())
    clock.set_offset(timedelta(days=2))
    paying.abandon_old()
    assert Cart.objects.get().state == Cart.PLACED
    assert Order.objects.count() == 1


def test_an_unanswered_attempt_is_asked_about_and_booked(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own)))
    pay_at_gateway(attempt())
    assert janitor.resolve(attempt()).state == Payment.SUCCEEDED
    assert Order.objects.count() == 1
