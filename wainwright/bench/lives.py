"""Three customers' lives, lived through the real checkout and the real renewals.

They are the pattern of which building.py makes hundreds of thousands.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.bench.names import AGENCY, OWNER, PRODUCT, SHOP
from wainwright.billing import renewals
from wainwright.catalog import prices, products
from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.core import clock, tenancy
from wainwright.core.actors import SYSTEM
from wainwright.customers.finding import Contact
from wainwright.payments.connections import adapter_for, connect_test_gateway
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Payment

CARD = "4242424242424242"
DAYS_BACK = 400


@dataclass(frozen=True, slots=True)
class Life:
    """So many purchases, so many of them subscriptions, each renewed so often."""

    purchases: int
    subscriptions: int
    renewals: int


SHOWN = Life(purchases=20, subscriptions=3, renewals=10)
FOUR, FIVE = Life(4, 3, 0), Life(5, 3, 0)


def open_shop() -> Business:
    """An account of two businesses; the second sells."""
    owner = opening.open_account(slug="bench-agency", name=AGENCY, email=OWNER)
    with tenancy.scope(owner.account.pk, tenancy.TEST):
        business = opening.add_business(
            slug=SHOP, name="Bench Shop", by=SYSTEM, country="DE", zone="Europe/Berlin",
            support_email=OWNER,
        )  # fmt: skip
        connect_test_gateway(business, by=SYSTEM)
        clock.set_offset(-timedelta(days=DAYS_BACK))
    return business


def offer(business: Business) -> list[Price]:
    """A course, once or monthly."""
    product = products.create_product(
        business=business, by=SYSTEM, name="The course", slug=PRODUCT, currency="EUR"
    )
    once = prices.add_price(product, by=SYSTEM, kind=Price.ONE_TIME, amount=4900)
    monthly = prices.add_price(
        product, by=SYSTEM, kind=Price.SUBSCRIPTION, amount=1900, interval="monthly"
    )
    return [once, monthly]


def live(life: Life, once: Price, monthly: Price, email: str) -> None:
    """One customer's purchases, then the renewals of what recurs."""
    for number in range(life.purchases):
        buy(monthly if number < life.subscriptions else once, email)
    for _month in range(life.renewals):
        clock.set_offset(clock.offset() + timedelta(days=31))
        renewals.renew_due()


def buy(price: Price, email: str) -> None:
    payment = go_and_pay(price, email)
    result = paying.returned(payment, {})
    assert isinstance(result, paying.Placed)


def go_and_pay(price: Price, email: str) -> Payment:
    """Up to the moment where the buyer has paid at the gateway and is not back yet."""
    step = paying.pay(
        product=price.product,
        price=price,
        quantity=1,
        token=secrets.token_urlsafe(24),
        buyer=Contact(
            email=email, name="Ada Byron", street="Hauptstr. 1", postcode="10115", city="Berlin",
            country="DE",
        ),
        consent={"text": "as shown", "cadence": price.interval},
        language="en",
    )  # fmt: skip
    assert isinstance(step, paying.Redirect)
    payment = Payment.objects.select_related("connection__business").get(start_url=step.url)
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    gateway.pay_start(payment.start_ref, CARD)
    return payment
