"""How a subscription stands, without any database: for what is computed from it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from wainwright.billing import states
from wainwright.billing.crediting import Credit
from wainwright.billing.standing import Plan, Standing
from wainwright.tax.queries import Rates

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
WEEK = timedelta(days=7)
NO_TAX = Rates(())


def plan(amount: int = 700, **changed: Any) -> Plan:
    values = {
        "product_id": 1,
        "price_id": 1,
        "name": "Studio",
        "amount": amount,
        "quantity": 1,
        "inclusive": True,
        "interval": "weekly",
    }
    return Plan(**values | changed)


def standing(**changed: Any) -> Standing:
    """Weekly since START, its first week paid."""
    values = {
        "id": 1,
        "business_id": 1,
        "customer_id": 1,
        "order_id": 1,
        "method_id": 1,
        "plan": plan(),
        "currency": "EUR",
        "country": "DE",
        "zone": "UTC",
        "state": states.ACTIVE,
        "anchor": START,
        "anchor_number": 0,
        "made": 1,
        "total": None,
        "current_end": START + WEEK,
        "next_due_at": START + WEEK,
    }
    return Standing(**values | changed)


def credit(left: int, tax: int = 0, **changed: Any) -> Credit:
    values = {
        "id": 1,
        "customer_id": 1,
        "currency": "EUR",
        "product_id": 1,
        "price_id": 1,
        "description": "Studio",
        "percent": Decimal(19),
        "since": START,
        "until": START + WEEK,
        "left": left,
        "left_tax": tax,
    }
    return Credit(**values | changed)
