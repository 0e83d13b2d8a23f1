"""Facts that checkout announces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wainwright.core.events import Event


@dataclass(frozen=True, kw_only=True)
class OrderPlaced(Event):
    """A cart became an order. The receipt follows from PaymentSucceeded."""

    name: ClassVar[str] = "order.placed"

    order_id: int
    payment_id: int
