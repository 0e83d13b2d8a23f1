"""The life of a subscription: docs/selling.md tells what each move means."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

TRIALING, ACTIVE, PAST_DUE, PAUSED = "trialing", "active", "past_due", "paused"
CANCELLED, COMPLETED = "cancelled", "completed"

NAMES = [
    (TRIALING, _("trial")),
    (ACTIVE, _("active")),
    (PAST_DUE, _("past due")),
    (PAUSED, _("paused")),
    (CANCELLED, _("cancelled")),
    (COMPLETED, _("completed")),
]

MOVES: dict[str, tuple[str, ...]] = {
    TRIALING: (ACTIVE, PAST_DUE, PAUSED, CANCELLED, COMPLETED),
    ACTIVE: (PAST_DUE, PAUSED, CANCELLED, COMPLETED),
    PAST_DUE: (ACTIVE, PAUSED, CANCELLED, COMPLETED),
    PAUSED: (TRIALING, ACTIVE, CANCELLED),
    CANCELLED: (TRIALING, ACTIVE),
    COMPLETED: (),
}

BILLABLE = (TRIALING, ACTIVE, PAST_DUE)
ENDED = (CANCELLED, COMPLETED)
