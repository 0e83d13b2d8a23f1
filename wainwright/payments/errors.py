"""What payments may refuse."""

from __future__ import annotations

from wainwright.core.errors import Conflict, Refused


class NotRefundable(Refused):
    """More than is left of the payment, or a payment that never succeeded here."""

    code = "not_refundable"


class NoGateway(Refused):
    """The business has nothing connected that could take this payment."""

    code = "no_gateway"


class GatewayAway(Refused):
    """The gateway cannot be reached; nothing was charged."""

    status = 503
    code = "gateway_away"


class AttemptRunning(Conflict):
    """Another attempt for the same bill has not come to its end yet."""

    code = "attempt_running"


class BillingPaused(Refused):
    """The database was restored, and its owner has not resumed billing yet; nothing was charged."""

    status = 503
    code = "billing_paused"


class NotCompared(Conflict):
    """A gateway's books were not compared since the restore."""

    code = "not_compared"
