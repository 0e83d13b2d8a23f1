"""A bill over several things, paid at once."""

from __future__ import annotations

from tests.cast import Cast
from tests.clocks import advance
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.payments.models import Payment


def make_goods(everybody: Cast) -> tuple[Price, Price]:
    """A mug at 19 % and a book at 7 %, each sold anew every day."""
    mug = make_price(make_product(everybody.own, "Mug", tax="19"), "daily", 1000)
    book = make_price(make_product(everybody.own, "Book", tax="7"), "daily", 2140)
    return mug, book


def pay_for_basket(
    everybody: Cast, goods: tuple[Price, Price] | None = None, email: str = "ada@buyer.example"
) -> Payment:
    """Of three mugs and a book, which one card renews on one day."""
    mug, book = goods or make_goods(everybody)
    mugs = buy(mug, email).subscription
    Subscription.objects.filter(pk=mugs.pk).update(quantity=3)
    Subscription.objects.filter(pk=buy(book, email).subscription.pk).update(method=mugs.method)
    advance(everybody.account.pk, 1)
    paid: Payment = Payment.objects.select_related("bill").get(
        purpose=Payment.RENEWAL, state=Payment.SUCCEEDED, customer=mugs.customer
    )
    return paid
