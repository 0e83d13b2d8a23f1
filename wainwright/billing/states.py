"""The life of a subscription, as one table.

From        may become
trialing    active (the trial's end is paid), past due (it is declined), paused, cancelled
active      past due (a renewal is declined), paused, cancelled, completed (the last payment)
past due    active (it is paid), paused (asked for, or given up where the seller says so),
            cancelled (given up or asked for), completed
paused      trialing, active, past due (resumed as it was), cancelled
cancelled   trialing, active (brought back while the seller allows it)
completed   nothing
"""

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
    PAUSED: (TRIALING, ACTIVE, PAST_DUE, CANCELLED),
    CANCELLED: (TRIALING, ACTIVE),
    COMPLETED: (),
}

BILLABLE = (TRIALING, ACTIVE, PAST_DUE)
ENDED = (CANCELLED, COMPLETED)
