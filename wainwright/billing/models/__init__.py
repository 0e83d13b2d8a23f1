"""The records of billing, one subject a file."""

from __future__ import annotations

from wainwright.billing.models.access import Revocation
from wainwright.billing.models.changes import Change, Credit, CreditReturn, CreditUse
from wainwright.billing.models.holds import Hold, Run
from wainwright.billing.models.periods import Ending, Instalment, Pause, Period
from wainwright.billing.models.rules import Rules
from wainwright.billing.models.subscription import Subscription

__all__ = [
    "Change",
    "Credit",
    "CreditReturn",
    "CreditUse",
    "Ending",
    "Hold",
    "Instalment",
    "Pause",
    "Period",
    "Revocation",
    "Rules",
    "Run",
    "Subscription",
]
