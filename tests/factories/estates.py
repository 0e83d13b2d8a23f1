"""Businesses planted with words that only their own people may read.

A business's word stands in what everybody may see of it, its staff word in what only those who work
there see, and each buyer's own word in all that is about this buyer.
"""

from __future__ import annotations

import secrets

from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts import changing, opening
from wainwright.accounts.models import Business
from wainwright.billing import cancellation, pausing
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import Contact
from wainwright.demo.people import Person
from wainwright.payments.models import Connection
from wainwright.payments.refunds import refund
from wainwright.proving.callers import Estate, Holding
from wainwright.proving.holdings import holding_of


def lay_out(business: Business, *buyers: str) -> Estate:
    """The business with a product, a client user, and all of it for each of the buyers."""
    with scope(business.account_id, TEST):
        word, staff_word = f"{business.slug}word", f"{business.slug}staff"
        changing.change_business(
            business, by=SYSTEM, legal_name=f"{word} Ltd", support_email=f"help@{word}.example"
        )
        product = make_product(business, f"{word} course", label=f"{staff_word} label")
        helper = opening.invite_client_user(
            business=business, email=f"helper@{staff_word}.example", name="Helper", by=SYSTEM
        )
        price = make_price(product, "monthly", name=f"{word} monthly")
        ids = {
            "business_id": business.public_id,
            "product_id": product.public_id,
            "slug": product.slug,
            "price_id": price.public_id,
            "member_id": helper.public_id,
            "connection_id": Connection.objects.get(business=business).public_id,
        }
        estate = Estate(business, price, ids, {word}, {staff_word})
        for name in buyers:
            estate.holdings.append(_planted(estate, name, f"{staff_word} {name}word"))
    return estate


def _planted(estate: Estate, name: str, note: str) -> Holding:
    """What the staff wrote about this buyer stands beside it."""
    word = f"{name}word"
    who = Person(Contact(email=f"{name}@{word}.example", name=f"{name} {word}"), "en")
    running, ending, paused = (
        buy(estate.price, who.contact.email, name=who.contact.name) for _each in range(3)
    )
    refund(
        running.payment,
        amount=Money(100, "EUR"),
        note=note,
        by=SYSTEM,
        form_key=secrets.token_urlsafe(16),
    )
    cancellation.cancel_at_period_end(
        ending.subscription, by=SYSTEM, source="dashboard", reason=note
    )
    pausing.pause(paused.subscription, by=SYSTEM, source="hub")
    return holding_of(estate, who, name=name, words={word})
