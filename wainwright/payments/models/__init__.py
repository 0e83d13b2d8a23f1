"""The records of payments, one subject a file."""

from __future__ import annotations

from wainwright.payments.models.bills import Bill, BillLine
from wainwright.payments.models.comparing import Difference, InboxItem, Reconciliation
from wainwright.payments.models.connections import Connection, Method
from wainwright.payments.models.disputes import Dispute
from wainwright.payments.models.payments import Payment
from wainwright.payments.models.refunds import Refund, RefundLine
from wainwright.payments.models.restores import Restore

__all__ = [
    "Bill",
    "BillLine",
    "Connection",
    "Difference",
    "Dispute",
    "InboxItem",
    "Method",
    "Payment",
    "Reconciliation",
    "Refund",
    "RefundLine",
    "Restore",
]
