"""One of everything that can be a business's, planted with words that only its own people may read.

`word` stands in what everybody may see of the business, `staff_word` in what only those who work
there see, and each buyer's own word in all that is about this buyer.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from tests.factories.buying import Bought, begin, buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts import changing, opening
from wainwright.accounts.models import Business
from wainwright.billing import cancellation, pausing
from wainwright.billing.methods import start_replacing
from wainwright.catalog.models import Price, Product
from wainwright.checkout import paying
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer
from wainwright.hub import codes, entry, sessions, statements
from wainwright.hub.models import Statement
from wainwright.invoicing.models import Document
from wainwright.payments.models import Connection, Payment
from wainwright.payments.refunds import refund


@dataclass
class Holding:
    """What one buyer has at a business; `ids` by the names that stand in addresses."""

    name: str
    word: str
    customer: Customer
    cookie: str
    ids: dict[str, str]


@dataclass
class Estate:
    business: Business
    word: str
    staff_word: str
    product: Product
    price: Price
    ids: dict[str, str]
    holdings: list[Holding] = field(default_factory=list)

    @property
    def slug(self) -> str:
        return self.business.slug

    @property
    def words(self) -> set[str]:
        """All that is planted here."""
        return {self.word, self.staff_word, *(holding.word for holding in self.holdings)}


def lay_out(business: Business, *buyers: str) -> Estate:
    """The business with a product, a client user, and all of it for each of the buyers."""
    with scope(business.account_id, TEST):
        estate = _estate(business)
        for name in buyers:
            estate.holdings.append(_holding(estate, name))
    return estate


def _estate(business: Business) -> Estate:
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
    return Estate(business, word, staff_word, product, price, ids)


def _holding(estate: Estate, name: str) -> Holding:
    word, price = f"{name}word", estate.price
    email = f"{name}@{word}.example"

    def bought() -> Bought:
        return buy(price, email, name=f"{name} {word}")

    running, ending, paused = bought(), bought(), bought()
    customer = running.order.customer
    refund(
        running.payment,
        amount=Money(100, "EUR"),
        note=f"{estate.staff_word} {word}",
        by=SYSTEM,
        form_key=secrets.token_urlsafe(16),
    )
    cancellation.cancel_at_period_end(
        ending.subscription, by=SYSTEM, source="dashboard", reason=f"{estate.staff_word} {word}"
    )
    pausing.pause(paused.subscription, by=SYSTEM)
    cancel, withdraw = (_declared(estate, kind, name, word) for kind, _n in Statement.KINDS)
    documents = dict(Document.objects.filter(order=running.order).values_list("kind", "public_id"))
    ids = {
        "customer_id": customer.public_id,
        "order_id": running.order.public_id,
        "payment_id": running.payment.public_id,
        "subscription_id": running.subscription.public_id,
        "ending": ending.subscription.public_id,
        "paused": paused.subscription.public_id,
        "document_id": documents["invoice"],
        "credit_note": documents["credit_note"],
        "payment": _replacement(running).public_id,
        "statement_id": cancel.public_id,
        "cancel": cancel.public_id,
        "withdraw": withdraw.public_id,
        "ref": _unpaid(price, email, f"{name} {word}").start_ref,
        **_way_in(estate.business, email),
    }
    return Holding(name, word, customer, sessions.start(customer, agent=""), estate.ids | ids)


def _declared(estate: Estate, kind: str, name: str, word: str) -> Statement:
    return statements.receive(
        business=estate.business,
        kind=kind,
        name=f"{name} {word}",
        email=f"{name}@{word}.example",
        contract=f"{word} contract",
        language="en",
        form_key=secrets.token_urlsafe(16),
    )


def _replacement(bought: Bought) -> Payment:
    """Another card was asked for and not given yet."""
    subscription = bought.subscription
    start_replacing(subscription, by=SYSTEM, return_url="http://x/{payment}", cancel_url="http://x")
    found: Payment = Payment.objects.get(purpose=Payment.METHOD, subject=subscription.public_id)
    return found


def _unpaid(price: Price, email: str, name: str) -> Payment:
    step = begin(price, email, name=name)
    assert isinstance(step, paying.Redirect)
    found: Payment = Payment.objects.get(start_url=step.url)
    return found


def _way_in(business: Business, email: str) -> dict[str, str]:
    """The letter's request, and a link as it stands in one, asked for in nobody's browser."""
    asked = entry.ask(business=business, email=email, browser_token="", ip="", language="en")
    token = secrets.token_urlsafe(32)
    entry.mint.func(business.account_id, asked.pk)
    type(asked).objects.filter(pk=asked.pk).update(token_hash=codes.digest(token))
    return {"asked": asked.public_id, "token": token}
