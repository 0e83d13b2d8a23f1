"""What a gateway says of a payment, booked: the one door for a card answer and a webhook alike."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import transaction

from wainwright.core import audit, clock, events, locks, many
from wainwright.core.actors import GATEWAY, Actor
from wainwright.core.money import Money
from wainwright.payments import differences, methods
from wainwright.payments.connections import adapter_for
from wainwright.payments.events import ConfirmationNeeded, PaymentDeclined
from wainwright.payments.gateways import base as gateways
from wainwright.payments.gateways.base import OutcomeStatus
from wainwright.payments.models import Difference, Payment
from wainwright.payments.queries import names_to_lock, with_connection
from wainwright.payments.succeeding import succeed

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
    return book_all([Answer(payment_id, outcome, info, by)])[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was said of a payment, by whom, and what the gateway told of the method."""

    payment_id: int
    outcome: gateways.Outcome
    info: gateways.MethodInfo | None = None
    by: Actor = GATEWAY


def book_all(answers: Sequence[Answer]) -> list[Payment]:
    """Books answers on payments of different bills, each as `book` does: all of them, or none."""
    with transaction.atomic():
        keys = [answer.payment_id for answer in answers]
        locks.hold(names_to_lock(keys))
        payments = {payment.pk: payment for payment in many.locked(Payment, keys)}
        late = {key for key in keys if payments[key].state not in Payment.IN_FLIGHT}
        paid = [each for each in answers if _take(payments[each.payment_id], each)]
        for by in dict.fromkeys(each.by for each in paid):
            succeed([payments[each.payment_id] for each in paid if each.by == by], late, by=by)
    return [payments[key] for key in keys]


def _take(payment: Payment, answer: Answer) -> bool:
    """Keeps what was said; whether the payment succeeded by it, which is all that is left to do."""
    outcome, by = answer.outcome, answer.by
    if payment.state == Payment.SUCCEEDED or not _newer(payment, outcome):
        return False
    if _of_another_sum(payment, outcome):
        _stop(payment, outcome)
        return False
    outcome = _without_buyer(payment, outcome)
    before = payment.state
    payment.state = _state(payment, outcome)
    _keep_what_was_said(payment, outcome, answer.info)
    if payment.state == Payment.SUCCEEDED:
        return True
    if payment.state == Payment.DECLINED:
        _declined(payment, outcome, by)
    elif payment.state == Payment.ABANDONED:
        _left(payment, by)
    elif payment.state == Payment.ACTION and before != Payment.ACTION:
        _buyer_needed(payment, outcome)
    else:
        payment.save()
    return False


def _newer(payment: Payment, outcome: gateways.Outcome) -> bool:
    """An attempt that was over is only brought back by money that moved."""
    return payment.state in Payment.IN_FLIGHT or outcome.status == OutcomeStatus.SUCCEEDED


def _of_another_sum(payment: Payment, outcome: gateways.Outcome) -> bool:
    taken = outcome.amount or Money.zero(payment.currency)
    return outcome.status == OutcomeStatus.SUCCEEDED and taken != payment.money


def _stop(payment: Payment, outcome: gateways.Outcome) -> None:
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


def _without_buyer(payment: Payment, outcome: gateways.Outcome) -> gateways.Outcome:
    """A charge that no buyer will confirm, or that has no page for it, is one the bank refused."""
    asks = outcome.status == OutcomeStatus.ACTION_REQUIRED
    has_page = outcome.action is not None and outcome.action.redirect is not None
    may_wait = payment.can_be_confirmed and has_page
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
