"""The shop that lives: what it sells, how it collects, and who buys there."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from wainwright.accounts.models import Account, Business
from wainwright.accounts.opening import open_account
from wainwright.billing.models import Rules as EngineRules
from wainwright.billing.rulebook import change_rules
from wainwright.catalog import prices, products
from wainwright.catalog.models import Price
from wainwright.core import tenancy
from wainwright.core.actors import SYSTEM
from wainwright.payments.connections import connect_test_gateway
from wainwright.payments.models import Connection
from wainwright.simulation.reference import ASKS, DECLINES, PAYS, Deal, Rules

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Sydney")
PAYING_LATER = {
    "visa": PAYS,
    "mastercard": PAYS,
    "asks_once": PAYS,
    "slow": PAYS,
    "declines_later": DECLINES,
    "asks_then_empty": DECLINES,
    "asks_always": ASKS,
}
NEVER_PAYING = ("generic", "insufficient_funds", "expired")

_OFFERS: tuple[dict[str, Any], ...] = (
    {"kind": "one_time", "amount": 4900},
    {"kind": "subscription", "interval": "weekly", "amount": 900},
    {"kind": "subscription", "interval": "two_weekly", "amount": 1500},
    {"kind": "subscription", "interval": "monthly", "amount": 2900},
    {"kind": "subscription", "interval": "quarterly", "amount": 7900},
    {"kind": "subscription", "interval": "half_yearly", "amount": 14900},
    {"kind": "subscription", "interval": "yearly", "amount": 26900},
    {"kind": "subscription", "interval": "daily", "amount": 150},
    {
        "kind": "subscription",
        "interval": "monthly",
        "amount": 1900,
        "trial_days": 14,
        "first_amount": 0,
    },
    {
        "kind": "subscription",
        "interval": "weekly",
        "amount": 700,
        "trial_days": 7,
        "first_amount": 100,
    },
    {"kind": "limited", "interval": "monthly", "amount": 3900, "payments_total": 5},
    {"kind": "split", "interval": "two_weekly", "amount": 9900, "payments_total": 4},
)
# What is billed often is bought more often, so that much happens in a year.
SOUGHT = (1, 4, 3, 4, 1, 1, 1, 1, 3, 3, 2, 2)


@dataclass(frozen=True)
class Shop:
    account: Account
    business: Business
    connection: Connection
    offers: tuple[tuple[Price, Deal | None], ...]


def open_shop(lot: random.Random) -> Shop:
    """A new account with one of everything on offer, in a zone and with rules drawn by lot."""
    zone = lot.choice(ZONES)
    rules = Rules(
        retries=lot.choice(((1, 3, 5), (2,), (1, 1, 2, 3))),
        grace=lot.choice((0, 2)),
        pauses=lot.random() < 0.4,
        return_days=30,
    )
    account = open_account(
        slug="shop", name="Shop", email="owner@shop.example", country="DE", zone=zone
    ).account
    with tenancy.scope(account.pk, tenancy.TEST):
        business = Business.objects.get()
        connect_test_gateway(business, by=SYSTEM)
        change_rules(
            None,
            by=SYSTEM,
            retry_after_days=list(rules.retries),
            grace_days=rules.grace,
            then=EngineRules.PAUSE if rules.pauses else EngineRules.CANCEL,
            missed=EngineRules.CHARGE,
            return_days=rules.return_days,
            pause_periods=3,
            pauses_a_year=1000,
            revoke=EngineRules.NEVER,
        )
        connection = Connection.objects.select_related("business").get()
        offers = tuple(_offer(business, number, zone, rules) for number in range(len(_OFFERS)))
    return Shop(account, business, connection, offers)


def _offer(business: Business, number: int, zone: str, rules: Rules) -> tuple[Price, Deal | None]:
    terms = _OFFERS[number]
    product = products.create_product(
        business=business,
        by=SYSTEM,
        name=f"Offer {number}",
        currency="EUR",
        asks_address=False,
    )
    price = prices.add_price(product, by=SYSTEM, **terms)
    if not price.recurs:
        return price, None
    return price, Deal(
        interval=terms["interval"],
        amount=terms["amount"],
        zone=zone,
        rules=rules,
        trial_days=terms.get("trial_days", 0),
        first=terms.get("first_amount", 0),
        total=terms.get("payments_total"),
    )
