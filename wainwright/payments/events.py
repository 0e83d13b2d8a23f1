"""Facts that payments announce."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from wainwright.core.events import Event


@dataclass(frozen=True, kw_only=True)
class PaymentSucceeded(Event):
    """A bill was paid: by card, by webhook, or because nothing was to pay (amount 0)."""

    name: ClassVar[str] = "payment.succeeded"

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class PartPaid(Event):
    """A part of a bill was paid, as was agreed; the rest stays owed."""

    name: ClassVar[str] = "payment.part_succeeded"

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class PaymentDeclined(Event):
    """The bank said no; `decline` is a code of the taxonomy in payments.gateways.base."""

    name: ClassVar[str] = "payment.declined"

    payment_id: int
    decline: str


@dataclass(frozen=True, kw_only=True)
class ConfirmationNeeded(Event):
    """The bank wants the buyer himself to confirm the charge of a saved method (3-D Secure).

    Its `start_url` is the page where he does, through the hub.
    """

    name: ClassVar[str] = "payment.confirmation_needed"

    payment_id: int


@dataclass(frozen=True, kw_only=True)
class MethodSaved(Event):
    """A customer saved a way to pay without paying. `subject` is the subscription it is for."""

    name: ClassVar[str] = "method.saved"

    payment_id: int
    method_id: int
    subject: str


@dataclass(frozen=True, kw_only=True)
class RefundSucceeded(Event):
    """Money went back to the buyer."""

    name: ClassVar[str] = "refund.succeeded"

    refund_id: int


@dataclass(frozen=True, kw_only=True)
class RefundDeclined(Event):
    """The gateway or bank did not give the money back."""

    name: ClassVar[str] = "refund.declined"

    refund_id: int


@dataclass(frozen=True, kw_only=True)
class DisputeEvent(Event):
    dispute_id: int


@dataclass(frozen=True, kw_only=True)
class DisputeOpened(DisputeEvent):
    """The buyer's bank took a payment back, in full or in part."""

    name: ClassVar[str] = "dispute.opened"


@dataclass(frozen=True, kw_only=True)
class DisputeWon(DisputeEvent):
    """The chargeback was reversed: the money is the seller's again."""

    name: ClassVar[str] = "dispute.won"


@dataclass(frozen=True, kw_only=True)
class DisputeLost(DisputeEvent):
    """The chargeback stays; a bank may still reverse it later."""

    name: ClassVar[str] = "dispute.lost"


@dataclass(frozen=True, kw_only=True)
class DifferenceFound(Event):
    """A gateway's books and ours tell different stories of a charge; a person must look."""

    name: ClassVar[str] = "payment.difference_found"

    difference_id: int


@dataclass(frozen=True, kw_only=True)
class RestoreNoticed(Event):
    """The database was restored; nothing is charged by itself until the account's owner resumes."""

    name: ClassVar[str] = "billing.paused_after_restore"

    restore_id: int
