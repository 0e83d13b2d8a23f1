"""A bill over several things, paid at once."""

from __future__ import annotations

from tests.cast import Cast
from tests.clocks import advance
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing.models import Subscription
from wainwright.payments.models import Payment


def pay_for_basket(everybody: Cast) -> Payment:
    """Of three mugs at 19 % and a book at 7 %, which one card renews on one day."""
    mug = make_price(make_product(everybody.own, "Mug", tax="19"), "daily", 1000)
    book = make_price(make_product(everybody.own, "Book", tax="7"), "daily", 2140)
    mugs = buy(mug).subscription
    Subscription.objects.filter(pk=mugs.pk).update(quantity=3)
    Subscription.objects.filter(pk=buy(book).subscription.pk).update(method=mugs.method)
    advance(everybody.account.pk, 1)
    paid: Payment = Payment.objects.select_related("bill").get(
        purpose=Payment.RENEWAL, state=Payment.SUCCEEDED
    )
    return paid
