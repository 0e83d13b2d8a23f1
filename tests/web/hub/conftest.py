from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.factories import shops
from tests.factories.buying import Bought, buy
from tests.web.hub.browsing import Browser
from wainwright.accounts import opening
from wainwright.accounts.models import Business
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.models import Customer


@pytest.fixture
def business() -> Iterator[Business]:
    """The agency's own business with the Test gateway, in test mode."""
    ann = opening.open_account(
        slug="agency", name="Agency", email="ann@agency.example", country="DE", zone="Europe/Berlin"
    )
    with scope(ann.account_id, TEST):
        own = Business.objects.get()
        shops.open_shop(own)
        yield own


@pytest.fixture
def other(business: Business) -> Business:
    """Another business of the same account."""
    client = opening.add_business(slug="cleo", name="Cleo's Courses", by=SYSTEM)
    shops.open_shop(client)
    return client


@pytest.fixture
def sell(business: Business) -> Callable[..., Bought]:
    """Sells something of a sort the shop factory knows, to Ada unless told otherwise."""

    def sold(sort: str = "monthly", name: str = "Studio", **wanted: str) -> Bought:
        seller = wanted.pop("seller", business)
        tax = wanted.pop("tax", "0")
        product = shops.make_product(seller, name, tax=tax)  # type: ignore[arg-type]
        return buy(shops.make_price(product, sort), **wanted)

    return sold


@pytest.fixture
def browser(business: Business) -> Browser:
    return Browser(business)


@pytest.fixture
def signed_in(browser: Browser) -> Callable[[Bought], Browser]:
    """The browser of whoever bought this."""

    def enter(bought: Bought) -> Browser:
        browser.enter(Customer.objects.get(pk=bought.order.customer_id))
        return browser

    return enter
