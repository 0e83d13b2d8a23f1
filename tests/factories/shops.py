"""Businesses with something to sell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wainwright.accounts.models import Business
from wainwright.catalog import prices, products
from wainwright.catalog.models import Price, Product
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.payments.connections import connect_test_gateway
from wainwright.tax.rates import set_rate

_KINDS: dict[str, dict[str, Any]] = {
    "one_time": {"kind": "one_time"},
    "monthly": {"kind": "subscription", "interval": "monthly"},
    "yearly": {"kind": "subscription", "interval": "yearly"},
    "daily": {"kind": "subscription", "interval": "daily"},
    "trial": {
        "kind": "subscription",
        "interval": "monthly",
        "trial_days": 14,
        "first_amount": 0,
    },
    "paid_trial": {
        "kind": "subscription",
        "interval": "monthly",
        "trial_days": 14,
        "first_amount": 100,
    },
    "limited": {"kind": "limited", "interval": "monthly", "payments_total": 6},
    "split": {"kind": "split", "interval": "monthly", "payments_total": 3},
}


def open_shop(business: Business) -> None:
    """The Test gateway is connected. In the scope of the test mode."""
    connect_test_gateway(business, by=SYSTEM)


def make_product(
    business: Business,
    name: str = "Studio",
    *,
    currency: str = "EUR",
    tax: str = "0",
    **fields: Any,
) -> Product:
    product = products.create_product(
        business=business, by=SYSTEM, name=name, currency=currency, asks_address=False, **fields
    )
    if Decimal(tax):
        set_rate(
            product,
            country=business.country,
            percent=Decimal(tax),
            applies_from=clock.today(business.zone).replace(year=2000),
            by=SYSTEM,
        )
    return product


def make_price(product: Product, sort: str = "one_time", amount: int = 2900, **terms: Any) -> Price:
    """A price of a sort named above, with anything of it changed."""
    return prices.add_price(product, by=SYSTEM, amount=amount, **{**_KINDS[sort], **terms})
