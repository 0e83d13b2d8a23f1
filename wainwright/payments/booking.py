"""What a gateway says of a payment, booked: the one door for a card answer and a webhook alike."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from django.db import transaction

from wainwright.accounts.models import Business
from wainwright.core import audit, clock, events, locks
from wainwright.core.actors import GATEWAY, Actor
from wainwright.core.money import Money
from wainwright.payments import bills, differences, methods
from wainwright.payments.connections import adapter_for
from wainwright.payments.events import (
    ConfirmationNeeded,
    MethodSaved,
    PartPaid,
    PaymentDeclined,
    PaymentSucceeded,
)
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import OutcomeStatus
from wainwright.payments.models import Bill, Difference, Payment
from wainwright.payments.queries import with_connection

log = logging.getLogger(__name__)

_STATE = {
    OutcomeStatus.SUCCEEDED: Payment.SUCCEEDED,
    OutcomeStatus.PENDING: Payment.PENDING,
    OutcomeStatus.ACTION_REQUIRED: Payment.ACTION,
    OutcomeStatus.DECLINED: Payment.DECLINED,
    OutcomeStatus.UNKNOWN: Payment.UNKNOWN,
}


def book(payment_id: int, outcome: gateways.Outcome, *, by: Actor = GATEWAY) -> Payment:
    """The single door for what a gateway says of a payment. A second call finds the work done."""
    return book_described(payment_id, outcome, describe(payment_id, outcome), by=by)


def book_described(
    payment_id: int,
    outcome: gateways.Outcome,
    info: gateways.MethodInfo | None,
    *,
    by: Actor = GATEWAY,
) -> Payment:
    """Books what was said, with what the gateway told of the method; it is not asked again."""
    with transaction.atomic():
        locks.hold(_names(payment_id))
        payment = Payment.locked(payment_id)
        if payment.state == Payment.SUCCEEDED or not _newer(payment, outcome):
            return payment
        if _of_another_sum(payment, outcome):
            return _stopped(payment, outcome)
        outcome = _without_buyer(payment, outcome)
        before = payment.state
        payment.state = _state(payment, outcome)
        _keep_what_was_said(payment, outcome, info)
        if payment.state == Payment.SUCCEEDED:
            _succeeded(payment, by, late=before not in Payment.IN_FLIGHT)
        elif payment.state == Payment.DECLINED:
            _declined(payment, outcome, by)
        elif payment.state == Payment.ABANDONED:
            _left(payment, by)
        elif payment.state == Payment.ACTION and before != Payment.ACTION:
            _buyer_needed(payment, outcome)
        else:
            payment.save()
    return payment


def _names(payment_id: int) -> Iterator[str]:
    """What it pays for and who pays: the locks that all work on either begins with."""
    payments = Payment.objects.filter(pk=payment_id)
    for subject, customer in payments.values_list("subject", "customer__public_id"):
        yield from (subject, customer)


def _newer(payment: Payment, outcome: gateways.Outcome) -> bool:
    """An attempt that was over is only brought back by money that moved."""
    return payment.state in Payment.IN_FLIGHT or outcome.status == OutcomeStatus.SUCCEEDED


def _of_another_sum(payment: Payment, outcome: gateways.Outcome) -> bool:
    taken = outcome.amount or Money.zero(payment.currency)
    return outcome.status == OutcomeStatus.SUCCEEDED and taken != payment.money


def _stopped(payment: Payment, outcome: gateways.Outcome) -> Payment:
    """Money moved, but not what was asked for: no success of ours until a person has looked."""
    payment.gateway_ref = outcome.ref or payment.gateway_ref
    if payment.state in Payment.IN_FLIGHT:
        payment.state = Payment.UNKNOWN
    payment.save(update_fields=["gateway_ref", "state"])
    assert payment.connection is not None
    differences.note(
        payment.connection,
        Difference.OTHER_SUM,
        payment.gateway_ref,
        payment=payment,
        ours=payment.money,
        theirs=outcome.amount,
    )
    return payment


def _without_buyer(payment: Payment, outcome: gateways.Outcome) -> gateways.Outcome:
    """A charge that has no page where the buyer could confirm it is one the bank said no to."""
    asks = outcome.status == OutcomeStatus.ACTION_REQUIRED
    has_page = outcome.action is not None and outcome.action.redirect is not None
    may_wait = payment.purpose == Payment.RENEWAL and has_page
    if payment.purpose not in Payment.UNATTENDED or not asks or may_wait:
        return outcome
    return replace(
        outcome,
        status=OutcomeStatus.DECLINED,
        decline=gateways.Decline.AUTHENTICATION_REQUIRED,
        action=None,
    )


def describe(payment_id: int, outcome: gateways.Outcome) -> gateways.MethodInfo | None:
    """What the gateway may tell of a method that was saved; asked before any lock is taken."""
    if outcome.method is None or outcome.status != OutcomeStatus.SUCCEEDED:
        return None
    payment = with_connection(payment_id)
    if payment.state == Payment.SUCCEEDED or payment.connection is None or payment.method_id:
        return None
    try:
        return adapter_for(payment.connection).describe_method(outcome.method)
    except gateways.GatewayError:
        return None


def _state(payment: Payment, outcome: gateways.Outcome) -> str:
    """A page that a customer left is no decline of what he owes."""
    if outcome.decline == gateways.Decline.ABANDONED and payment.purpose == Payment.RENEWAL:
        return Payment.ABANDONED
    return _STATE[outcome.status]


def _keep_what_was_said(
    payment: Payment, outcome: gateways.Outcome, info: gateways.MethodInfo | None
) -> None:
    payment.gateway_ref = outcome.ref or payment.gateway_ref
    payment.decline = str(outcome.decline or "")
    payment.fee = outcome.fee.minor if outcome.fee else payment.fee
    payment.raw = {**payment.raw, "gateway": dict(outcome.raw)}
    if outcome.stop_series:
        payment.raw["stop_series"] = True
    if outcome.method is not None and payment.method_id is None:
        payment.raw["method"] = methods.remembered(outcome, info)


def _succeeded(payment: Payment, by: Actor, *, late: bool) -> None:
    payment.settled_at = payment.settled_at or clock.now()
    bill = Bill.locked(payment.bill_id) if payment.bill_id else None
    if payment.purpose == Payment.METHOD:
        payment.save()
        _method_saved(payment)
        return
    assert bill is not None
    payment.stray = bill.state != Bill.OPEN
    if late or payment.part:
        _weigh(payment, bill)
    payment.save()
    audit.note("payment.succeeded", payment.public_id, by=by, business_id=payment.business_id)
    if payment.stray:  # the bill was closed meanwhile; the sweep sends the money back
        log.error("payment %s came for a closed bill and is refunded", payment.public_id)
        return
    if payment.part:
        events.announce(PartPaid(business_id=payment.business_id, payment_id=payment.pk))
        return
    bills.close_bill(bill, Bill.PAID, by=by)
    bill.business = Business.known(bill.business_id)
    payment.bill = bill
    events.announce(
        PaymentSucceeded(business_id=payment.business_id, payment_id=payment.pk), payment=payment
    )


def _weigh(payment: Payment, bill: Bill) -> None:
    """Whether it is the last part of its bill, or more than is owed since it was begun."""
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


def _left(payment: Payment, by: Actor) -> None:
    payment.settled_at = clock.now()
    payment.save()
    audit.note("payment.abandoned", payment.public_id, by=by, business_id=payment.business_id)


def _buyer_needed(payment: Payment, outcome: gateways.Outcome) -> None:
    """The bank wants the buyer to confirm this very charge; he is given the way to its page."""
    if payment.purpose in Payment.UNATTENDED and outcome.action is not None:
        payment.start_ref, payment.start_url = outcome.action.ref, outcome.action.redirect or ""
    payment.save()
    if payment.purpose in Payment.UNATTENDED:
        events.announce(ConfirmationNeeded(business_id=payment.business_id, payment_id=payment.pk))


def _declined(payment: Payment, outcome: gateways.Outcome, by: Actor) -> None:
    payment.settled_at = clock.now()
    payment.save()
    audit.note(
        "payment.declined",
        payment.public_id,
        by=by,
        business_id=payment.business_id,
        decline=payment.decline,
    )
    events.announce(
        PaymentDeclined(
            business_id=payment.business_id, payment_id=payment.pk, decline=payment.decline
        )
    )
