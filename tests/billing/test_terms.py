"""What a price means when it is bought: the sum of today, and when which payments follow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from wainwright.billing.terms import Terms, terms
from wainwright.catalog.models import Price, Product
from wainwright.core.tenancy import TEST, stand_in

START = datetime(2027, 1, 31, 10, tzinfo=UTC)
FEBRUARY, MARCH = START.replace(month=2, day=28), START.replace(month=3)
TRIAL = {"trial_days": 14, "first_amount": 0}


def agreed(kind: str = "subscription", *, name: str = "", **more: Any) -> Terms:
    with stand_in(1, TEST):
        studio = Product(name="Studio", currency="EUR")
        interval = "" if kind == "one_time" else "monthly"
        price = Price(product=studio, kind=kind, name=name, amount=1190, interval=interval, **more)
    return terms(price, quantity=2, percent=Decimal(19), start=START, zone="UTC")


@pytest.mark.parametrize(
    ("price", "next_at", "last_at"),
    [
        (("one_time", {}), None, None),
        (("subscription", {}), FEBRUARY, None),
        (("limited", {"payments_total": 1}), None, None),
        (("limited", {"payments_total": 2}), FEBRUARY, FEBRUARY),
        (("split", {"payments_total": 3}), FEBRUARY, MARCH),
        (("limited", {"payments_total": 1, **TRIAL}), START + timedelta(14), START + timedelta(14)),
    ],
)
def test_the_payments_that_follow_are_counted_from_the_purchase_or_the_trials_end(
    price: tuple[str, dict[str, Any]], next_at: datetime | None, last_at: datetime | None
) -> None:
    kind, more = price
    then = agreed(kind, **more)
    assert (then.next_at, then.last_at) == (next_at, last_at)
    assert then.payments_total == more.get("payments_total")
    assert (then.regular is None) == (next_at is None)
    if then.regular is not None:
        assert (then.regular.gross.minor, then.regular.tax.minor) == (2380, 380)


def test_today_costs_the_regular_sum_unless_there_is_a_first_one() -> None:
    assert agreed().today.gross.minor == 2380
    assert agreed(first_amount=500).today.gross.minor == 1000
    assert agreed(tax_behaviour=Price.EXCLUSIVE).today.gross.minor == 2832
    assert [agreed(**TRIAL).free_today, agreed().free_today] == [True, False]


def test_the_line_of_today_is_for_the_first_period_or_the_trial() -> None:
    periods = []
    for then in (agreed(), agreed(**TRIAL), agreed("one_time")):
        [line] = then.today.lines
        periods.append((line.period_start, line.period_end))
    assert periods == [(START, FEBRUARY), (START, START + timedelta(14)), (None, None)]


def test_the_line_bears_the_products_name_and_the_prices_own() -> None:
    names = [then.today.lines[0].description for then in (agreed(), agreed(name="monthly"))]
    assert names == ["Studio", "Studio, monthly"]
