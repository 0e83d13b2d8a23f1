"""Money back: in full or in part, as often as something is left."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.utils.translation import gettext as _

from wainwright.core import audit, clock, events, locks
from wainwright.core.actors import GATEWAY, SYSTEM, Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money, total
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.payments import calls, differences, refund_lines, restoring, returning
from wainwright.payments.connections import adapter_for
from wainwright.payments.errors import NotRefundable
from wainwright.payments.events import RefundDeclined, RefundSucceeded
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import OutcomeStatus
from wainwright.payments.models import Difference, Dispute, Payment, Refund
from wainwright.payments.queries import names_to_lock
from wainwright.payments.returning import Part, Wish

log = logging.getLogger(__name__)


def refundable(payment: Payment) -> Money:
    """What is left to give back; refunds under way count as given, chargebacks as gone.

    Nothing of a part while the rest of its bill is owed: first that is paid, or not owed any more.
    """
    if payment.state != Payment.SUCCEEDED or payment.connection_id is None or payment.of_open_bill:
        return Money.zero(payment.currency)
    gone = payment.refunds.exclude(state=Refund.DECLINED).aggregate(sum=Sum("amount"))["sum"]
    taken = payment.disputes.filter(state__in=Dispute.TAKEN).aggregate(sum=Sum("amount"))["sum"]
    return Money(max(0, payment.amount - (gone or 0) - (taken or 0)), payment.currency)


def refund(
    payment: Payment,
    *,
    amount: Money | None = None,
    lines: Sequence[Wish] = (),
    note: str,
    by: Actor,
    form_key: str,
) -> Refund:
    """Gives back `amount`, spread over what is left of the lines, or what is named of `lines`.

    The same form posted twice is one refund. NotRefundable beyond what is left of a line or in all.
    """
    with transaction.atomic(durable=True):
        locked = Payment.locked(payment.pk)
        known = locked.refunds.filter(form_key=form_key).first()
        if known is not None:
            return known
        begun = begin(locked, amount=amount, lines=lines, note=note, by=by, form_key=form_key)
    return send(begun)


def begin(
    locked: Payment,
    *,
    amount: Money | None = None,
    lines: Sequence[Wish] = (),
    note: str,
    by: Actor,
    form_key: str,
) -> Refund:
    """The refund as `refund` would make it, to be sent when the transaction is committed; where
    that comes to nothing, the sweep sends it. Call with the payment locked."""
    left = refundable(locked)
    billed = refund_lines.of_locked(locked)
    parts = [] if amount is not None else returning.chosen(lines, billed)
    if amount is None:
        amount = total([part.gross for part in parts], locked.currency)
    if amount.currency != locked.currency or not 0 < amount.minor <= left.minor:
        raise NotRefundable(
            _("At most %(left)s %(currency)s can be given back. Please type less.")
            % {"left": left.plain(), "currency": left.currency},
            field="lines" if parts else "amount",
        )
    return _write(locked, amount, parts or returning.spread(amount, billed), note, by, form_key)


def _write(
    payment: Payment, amount: Money, parts: Sequence[Part], note: str, by: Actor, form_key: str
) -> Refund:
    try:
        with transaction.atomic():
            row: Refund = Refund.objects.create(
                public_id=new_id("ref"),
                business_id=payment.business_id,
                payment=payment,
                amount=amount.minor,
                currency=amount.currency,
                note=note,
                by=by.label,
                form_key=form_key,
                started_at=clock.now(),
                ask_at=calls.next_ask(0),
            )
            refund_lines.write(row, parts)
    except IntegrityError:
        return Refund.objects.get(payment=payment, form_key=form_key)
    audit.note(
        "refund.started",
        row.public_id,
        by=by,
        business_id=row.business_id,
        amount=amount.minor,
        payment=payment.public_id,
    )
    return row


def send(row: Refund) -> Refund:
    """One call with the row's own key, which moves money once however often it is made."""
    payment = row.payment
    assert payment.connection is not None
    request = gateways.RefundRequest(
        charge_ref=payment.gateway_ref, amount=row.money, key=row.public_id, reason=row.note[:200]
    )
    try:
        outcome = adapter_for(payment.connection).refund(request)
    except gateways.RequestRejected as error:
        outcome = gateways.Outcome(OutcomeStatus.DECLINED, "", raw={"error": str(error)[:500]})
    except gateways.GatewayError as error:
        log.warning("refund %s has no answer yet: %s", row.public_id, error)
        outcome = gateways.Outcome(OutcomeStatus.UNKNOWN, "")
    return book_refund(row.pk, outcome)


_STATE = {
    OutcomeStatus.SUCCEEDED: Refund.SUCCEEDED,
    OutcomeStatus.PENDING: Refund.PENDING,
    OutcomeStatus.DECLINED: Refund.DECLINED,
    OutcomeStatus.UNKNOWN: Refund.UNKNOWN,
    OutcomeStatus.ACTION_REQUIRED: Refund.PENDING,
}


def book_refund(refund_id: int, outcome: gateways.Outcome) -> Refund:
    """The single door for what a gateway says of a refund."""
    with transaction.atomic():
        paid = Refund.objects.filter(pk=refund_id).values_list("payment_id", flat=True)
        locks.hold(names_to_lock(list(paid)))
        row = Refund.locked(refund_id)
        if row.state in (Refund.SUCCEEDED, Refund.DECLINED):
            return row
        if _of_another_sum(row, outcome):
            return _stopped(row, outcome)
        row.state = _STATE[outcome.status]
        row.gateway_ref = outcome.ref or row.gateway_ref
        row.raw = dict(outcome.raw)
        if row.state in (Refund.SUCCEEDED, Refund.DECLINED):
            row.settled_at = clock.now()
        row.save()
        if row.state == Refund.SUCCEEDED:
            refund_lines.bear_tax(row)
            events.announce(RefundSucceeded(business_id=row.business_id, refund_id=row.pk))
        elif row.state == Refund.DECLINED:
            events.announce(RefundDeclined(business_id=row.business_id, refund_id=row.pk))
        audit.note(f"refund.{row.state}", row.public_id, by=GATEWAY, business_id=row.business_id)
    return row


def _of_another_sum(row: Refund, outcome: gateways.Outcome) -> bool:
    return outcome.status == OutcomeStatus.SUCCEEDED and outcome.amount != row.money


def _stopped(row: Refund, outcome: gateways.Outcome) -> Refund:
    """Money went back, but not what was asked for: unknown until a person has looked."""
    row.state, row.gateway_ref = Refund.UNKNOWN, outcome.ref or row.gateway_ref
    row.save(update_fields=["state", "gateway_ref"])
    assert row.payment.connection is not None
    differences.note(
        row.payment.connection,
        Difference.REFUNDED,
        row.payment.gateway_ref,
        payment=row.payment,
        ours=row.money,
        theirs=outcome.amount,
    )
    return row


def ask(row: Refund) -> Refund:
    """Asks what became of a refund and books that; one the gateway does not know is sent again,
    with its own key. Raises GatewayError."""
    if row.state in (Refund.SUCCEEDED, Refund.DECLINED):
        return row
    assert row.payment.connection is not None
    with calls.patient(row.payment.connection) as gateway:
        found = gateway.fetch("refund", key=row.public_id)
    return send(row) if isinstance(found, gateways.NotFound) else book_refund(row.pk, found)


def resolve(row: Refund) -> Refund:
    """Asks what became of a refund; without an answer it stays as it is."""
    try:
        return ask(row)
    except gateways.GatewayError as error:
        log.warning("could not ask about %s: %s", row.public_id, error)
        return row


@prepared
def _waiting(now: Slot, *, limit: int) -> QuerySet[Refund, int]:
    rows = Refund.objects.filter(
        calls.awake(now, of="payment__connection"),
        settled_at=None,
        ask_at__lte=now,
    )
    return rows.order_by("ask_at").values_list("pk", flat=True)[:limit]


def resolve_waiting(limit: int = BATCH) -> int:
    """For the sweep: asks about refunds under way, each less often the longer it takes."""
    ids = _waiting(clock.now(), limit=limit)
    for refund_id in ids:
        row = Refund.objects.select_related("payment__connection__business").get(pk=refund_id)
        if calls.rests(row.payment.connection):
            continue
        Refund.objects.filter(pk=row.pk).update(
            ask_at=calls.next_ask(row.asks + 1, row.pk), asks=F("asks") + 1
        )
        resolve(row)
    return len(ids)


@prepared
def _strays(*, limit: int) -> QuerySet[Payment]:
    return Payment.objects.filter(stray=True, returned_at=None).order_by("pk")[:limit]


def return_strays(limit: int = BATCH) -> int:
    """For the sweep: gives back what was paid for bills that were closed before the money came."""
    rows = _strays(limit=limit)
    if rows and restoring.paused():
        return 0
    for payment in rows:
        left = refundable(payment)
        if left:
            refund(
                payment,
                amount=left,
                note="paid for a bill that was closed",
                by=SYSTEM,
                form_key=f"stray-{payment.public_id}",
            )
        Payment.objects.filter(pk=payment.pk).update(returned_at=clock.now())
    return len(rows)
