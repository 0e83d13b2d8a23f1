"""Buying, as a buyer does it: the checkout's form, then a card typed at the Test gateway."""

from __future__ import annotations

import secrets

from django.utils import timezone, translation

from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.core import clock
from wainwright.demo.people import Person
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Payment
from wainwright.web.checkout.offer import Offer

NEVER = "12/34"  # the expiry of a card that outlives the demo

type Step = paying.Redirect | paying.Placed | paying.Waiting


def check_out(price: Price, who: Person) -> Step:
    """The form is sent: the buyer is led to the gateway's page, or has it already."""
    business = price.product.business
    with translation.override(who.language), timezone.override(business.zone):
        offer = Offer(price, paying.terms_of(price.product, price))
        consent = {
            "text": offer.renewal,
            "button": offer.button,
            "cadence": offer.interval,
            "at": clock.wall().isoformat(),
            "ip": "127.0.0.1",
            "language": who.language,
        }
        return paying.pay(
            product=price.product,
            price=price,
            quantity=1,
            token=secrets.token_urlsafe(24),
            buyer=who.contact,
            consent=consent,
            language=who.language,
        )


def payment_at(address: str) -> Payment:
    """What is asked for on the gateway's page of this address."""
    rows = Payment.objects.select_related("connection__business", "customer")
    found: Payment = rows.get(start_url=address)
    return found


def type_card(payment: Payment, code: str, expiry: str = NEVER) -> None:
    """The card of this code is typed on the payment's page."""
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    gateway.pay_start(payment.start_ref, cards.by_code(code).number, expiry)
