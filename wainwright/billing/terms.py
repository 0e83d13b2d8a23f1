"""What a price means on a given day: today's sum and everything that follows. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from wainwright.catalog.models import Price
from wainwright.core.dates import add_days, occurrence
from wainwright.sales import totals
from wainwright.sales.totals import Totals


@dataclass(frozen=True, slots=True)
class Terms:
    """Instants are UTC; pages show them as calendar dates of `zone`.

    `regular` is each later payment, None when there is none. `payments_total` counts regular
    payments; `last_at` is when the last of them falls due, None without end.
    """

    price: Price
    zone: str
    today: Totals
    regular: Totals | None
    start: datetime
    anchor: datetime
    trial_ends_at: datetime | None
    next_at: datetime | None
    last_at: datetime | None
    payments_total: int | None

    @property
    def free_today(self) -> bool:
        return not self.today.gross


def terms(price: Price, *, quantity: int, percent: Decimal, start: datetime, zone: str) -> Terms:
    """The whole arrangement when `price` is bought at `start`."""
    trial_ends_at = add_days(start, price.trial_days, zone) if price.trial_days else None
    anchor = trial_ends_at or start

    def due(number: int) -> datetime:
        return occurrence(anchor, price.interval, number, zone)

    first = 0 if trial_ends_at else 1  # the number of the next regular payment
    count = price.payments_total
    has_next = price.recurs and (count is None or first < count)
    period = None
    if price.recurs:
        period = (start, trial_ends_at or due(1))
    return Terms(
        price=price,
        zone=zone,
        today=_sums(price, price.first_amount, quantity, percent, period),
        regular=_sums(price, None, quantity, percent, None) if has_next else None,
        start=start,
        anchor=anchor,
        trial_ends_at=trial_ends_at,
        next_at=due(first) if has_next else None,
        last_at=due(count - 1) if has_next and count is not None else None,
        payments_total=count,
    )


def _sums(
    price: Price,
    instead: int | None,
    quantity: int,
    percent: Decimal,
    period: tuple[datetime, datetime] | None,
) -> Totals:
    unit = price.regular if instead is None else type(price.regular)(instead, price.currency)
    return totals.totals(
        [
            totals.line(
                product_id=price.product_id,
                price_id=price.pk,
                description=description(price),
                unit=unit,
                quantity=quantity,
                percent=percent,
                inclusive=price.tax_behaviour == Price.INCLUSIVE,
                period=period,
            )
        ]
    )


def description(price: Price) -> str:
    """What the line is called: the product, and the price's own name where it has one."""
    return f"{price.product.name}, {price.name}" if price.name else price.product.name
