"""The records of billing, one subject a file."""

from __future__ import annotations

from wainwright.billing.models.periods import Pause, Period
from wainwright.billing.models.subscription import Subscription

__all__ = ["Pause", "Period", "Subscription"]
