"""Payments whose money came: saved, and told to all who act on it."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence

from wainwright.core import audit, clock, events, many
from wainwright.core.actors import Actor
from wainwright.payments import bills, methods
from wainwright.payments.events import MethodSaved, PartPaid, PaymentSucceeded
from wainwright.payments.models import Bill, Payment

log = logging.getLogger(__name__)

# What an answer may change of a payment that succeeds by it.
_SAID = ["state", "gateway_ref", "decline", "fee", "raw", "settled_at", "stray", "part"]


def succeed(payments: Sequence[Payment], late: Collection[int], *, by: Actor) -> None:
    """Locked payments whose state says so now. `late`: the keys of those that were given up before.

    Reads and writes once for all of them. Call inside a transaction, only from booking.
    """
    now = clock.now()
    _put_bills(payments)
    for payment in payments:
        payment.settled_at = payment.settled_at or now
        if payment.bill is not None:
            _weigh(payment, payment.bill, late=payment.pk in late)
    Payment.objects.bulk_update(payments, _SAID)
    paid = []
    for payment in payments:
        if payment.purpose == Payment.METHOD:
            _method_saved(payment)
        else:
            paid.append(payment)
    _tell(paid, by)


def _tell(paid: Sequence[Payment], by: Actor) -> None:
    audit.note_all(
        audit.line("payment.succeeded", each.public_id, by=by, business_id=each.business_id)
        for each in paid
    )
    parts: list[Payment] = []
    whole: list[Payment] = []
    for payment in paid:
        if payment.stray:  # the bill was closed meanwhile; the sweep sends the money back
            log.error("payment %s came for a closed bill and is refunded", payment.public_id)
        else:
            (parts if payment.part else whole).append(payment)
    events.announce_all(
        [PartPaid(business_id=each.business_id, payment_id=each.pk) for each in parts],
        [{"payment": each} for each in parts],
    )
    bills.close_paid([each.bill for each in whole if each.bill is not None], by=by)
    events.announce_all(
        [PaymentSucceeded(business_id=each.business_id, payment_id=each.pk) for each in whole],
        [{"payment": each} for each in whole],
    )


def _put_bills(payments: Sequence[Payment]) -> None:
    """Gives each payment its bill, locked, and each bill its business, read once for all."""
    found = many.locked(Bill, [payment.bill_id for payment in payments])
    many.fill(found, "business")
    many.attach(payments, "bill", found)


def _weigh(payment: Payment, bill: Bill, *, late: bool) -> None:
    """Whether it must go back, and whether it is a part of its bill or the last of several."""
    payment.stray = bill.state != Bill.OPEN
    if not late and not payment.part:
        return
    rest = bills.rest_of(bill) - payment.money
    payment.part = rest.minor > 0
    payment.stray = payment.stray or rest.minor < 0


def _method_saved(payment: Payment) -> None:
    assert payment.customer is not None
    method = methods.save_from(payment, payment.customer)
    if method is not None:
        Payment.objects.filter(pk=payment.pk).update(method=method)
        events.announce(
            MethodSaved(
                business_id=payment.business_id,
                payment_id=payment.pk,
                method_id=method.pk,
                subject=payment.subject,
            )
        )
