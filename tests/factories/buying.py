"""Buying, as a buyer does: the checkout, the Test gateway's till, and back."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.customers.finding import Contact
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Payment
from wainwright.sales.models import Order

GOOD, MASTERCARD = "4242424242424242", "5555555555554444"
DECLINED, LATER_DECLINED = "4000000000000002", "4000000000000341"


@dataclass
class Bought:
    order: Order
    payment: Payment

    @property
    def subscription(self) -> Subscription:
        return Subscription.objects.get(order=self.order)  # type: ignore[no-any-return]


def buy(
    price: Price, email: str = "ada@buyer.example", *, card: str = GOOD, name: str = "Ada Byron"
) -> Bought:
    """A placed order. In the scope of the product's mode."""
    result = try_to_buy(price, email, card=card, name=name)
    assert isinstance(result, paying.Placed), result
    payment = Payment.objects.get(bill_id=result.order.bill_id, state=Payment.SUCCEEDED)
    return Bought(result.order, payment)


def try_to_buy(
    price: Price,
    email: str = "ada@buyer.example",
    *,
    card: str = GOOD,
    name: str = "Ada Byron",
    token: str = "",
) -> paying.Placed | paying.Waiting | paying.NotPaid | paying.Redirect:
    """What the buyer meets at the end; the card may be declined."""
    step = begin(price, email, name=name, token=token)
    if not isinstance(step, paying.Redirect):
        return step
    payment = Payment.objects.select_related("connection__business").get(start_url=step.url)
    pay_at_gateway(payment, card)
    return paying.returned(payment, {})


def begin(
    price: Price, email: str = "ada@buyer.example", *, name: str = "Ada Byron", token: str = ""
) -> paying.Redirect | paying.Placed | paying.Waiting:
    """The checkout form posted."""
    return paying.pay(
        product=price.product,
        price=price,
        quantity=1,
        token=token or secrets.token_urlsafe(24),
        buyer=Contact(email=email, name=name),
        consent={"text": "as shown", "cadence": price.interval},
        language="en",
    )


def pay_at_gateway(payment: Payment, card: str = GOOD, expiry: str = "12/34") -> None:
    """The buyer types a card on the Test gateway's page."""
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    gateway.pay_start(payment.start_ref, card, expiry)
