"""Which letter follows which event. Each handler may run twice and still brings one letter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from wainwright.accounts.links import link_for
from wainwright.billing import aligning, arrears
from wainwright.billing.dunning import POINTLESS
from wainwright.billing.events import (
    BillDayChosen,
    CancellationAsked,
    CancellationUndone,
    MethodReplaced,
    PlanChangeAsked,
    PlanChanged,
    PlanChangeFailed,
    PlanKept,
    RenewalFailed,
    SubscriptionCancelled,
    SubscriptionCompleted,
    SubscriptionEvent,
    SubscriptionPaused,
    SubscriptionReactivated,
    SubscriptionResumed,
)
from wainwright.billing.models import Change, Period, Revocation, Subscription
from wainwright.billing.standing import Plan as Bought
from wainwright.billing.standing import standing_of
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.customers.models import Customer
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.letters import queries
from wainwright.letters.plans import Plan, plan_of
from wainwright.letters.writing import Attachment, write
from wainwright.payments.events import (
    ConfirmationNeeded,
    PartPaid,
    PaymentSucceeded,
    RefundSucceeded,
)
from wainwright.payments.models import Bill, BillLine, Method, Payment, Refund
from wainwright.sales.models import Line

GIVEN_UP = "dunning"  # the source billing names when it ends what could not be charged


def send_receipt(event: PaymentSucceeded, row: EventRow) -> None:
    """Every payment brings a receipt, also a payment of nothing."""
    [payment] = queries.payment(event.payment_id)
    if payment.purpose == Payment.CHECKOUT:
        _receipt(payment, row)
    elif payment.purpose == Payment.RENEWAL:
        _renewal_receipt(payment, row)
    elif payment.purpose == Payment.CHANGE:
        _change_receipt(payment, row)


def _receipt(payment: Payment, row: EventRow) -> None:
    [order] = queries.order_of(payment.bill_id)
    lines = queries.lines_of(order)
    product = lines[0].product
    document = queries.invoice_of.first(payment.bill_id)
    _tell(
        payment.customer,
        "receipt",
        row,
        {
            "order": order,
            "items": [line.name for line in lines],
            "sums": [(_item(line), Money(line.gross, line.currency)) for line in lines],
            "tax": Money(order.tax, order.currency),
            "payment": payment,
            "plans": [
                plan_of(subscription) for subscription in queries.subscriptions(order, by="order")
            ],
            "detailed": product is None or product.receipt == "detailed",
            "access_url": product.access_url if product else "",
            "document": document,
        },
        document,
    )


def _item(line: Line) -> str:
    return f"{line.quantity} × {line.name}" if line.quantity > 1 else line.name


def _renewal_receipt(payment: Payment, row: EventRow) -> None:
    """One receipt for all that one payment renewed."""
    periods = queries.periods_of(payment.bill_id)
    parts = _renewed(period for period in periods if not period.void)
    document = queries.invoice_of.first(payment.bill_id)
    context = {"payment": payment, "parts": parts, "names": _names(parts), "document": document}
    _tell_of(parts[0].subscription, "renewal_receipt", row, context, document)


def _change_receipt(payment: Payment, row: EventRow) -> None:
    """What was paid for another plan, with what the old one left, and what comes next."""
    change = Change.objects.get(bill_id=payment.bill_id)
    lines = BillLine.objects.filter(bill_id=payment.bill_id).order_by("position")
    document = queries.invoice_of.first(payment.bill_id)
    context = {
        "payment": payment,
        "now": Bought(**change.plan).words,
        "since": change.at,
        "until": change.ends_at,
        "lines": [(_bought(line), Money(line.gross, payment.currency)) for line in lines],
        "left": Money(change.left, payment.currency),
        "document": document,
    }
    [subscription] = queries.subscriptions(change.subscription_id, by="pk")
    _tell_of(subscription, "plan_changed", row, context, document)


def _bought(line: BillLine) -> str:
    return f"{line.quantity} × {line.description}" if line.quantity > 1 else line.description


def tell_of_changed_plan(event: PlanChanged, row: EventRow) -> None:
    """In a trial nothing is paid, so no receipt tells of it."""
    if event.bill_id is None:
        subscription = _subscription(event)
        context = {"payment": None, "now": event.plan, "since": row.at, "document": None}
        _tell_of(subscription, "plan_changed", row, context)


def tell_of_planned_change(event: PlanChangeAsked, row: EventRow) -> None:
    context = {"then": event.plan, "at": datetime.fromisoformat(event.at)}
    _tell_of(_subscription(event), "plan_change_asked", row, context)


def tell_of_kept_plan(event: PlanKept, row: EventRow) -> None:
    _tell_of(_subscription(event), "plan_kept", row)


def tell_of_failed_change(event: PlanChangeFailed, row: EventRow) -> None:
    context = {"wanted": event.plan, "decline": event.decline}
    _tell_of(_subscription(event), "plan_change_failed", row, context)


def tell_of_bill_day(event: BillDayChosen, row: EventRow) -> None:
    """One letter for all that moved together."""
    if event.others is None:
        return
    first = _subscription(event)
    others = queries.subscriptions_by_key(event.others)
    moved = [aligning.way_of(standing_of(each)) for each in (first, *others)]
    _tell_of(first, "bill_day_chosen", row, {"day": event.day, "moved": moved})


def send_part_receipt(event: PartPaid, row: EventRow) -> None:
    """A receipt for the part, with what is still owed and when."""
    [payment] = queries.payment(event.payment_id)
    bill = payment.bill
    assert bill is not None
    parts = _renewed(queries.periods_of(bill.pk))
    to_come = [part for part, is_paid in arrears.instalments_of(bill) if not is_paid]
    context = {"payment": payment, "names": _names(parts), "to_come": to_come}
    _tell_of(parts[0].subscription, "part_receipt", row, context)


@dataclass(frozen=True, slots=True)
class Renewed:
    """A subscription and the period that was paid for."""

    period: Period
    subscription: Subscription

    @property
    def plan(self) -> Plan:
        return plan_of(self.subscription)


def _renewed(periods: Iterable[Period]) -> list[Renewed]:
    return [
        Renewed(period, subscription)
        for period in periods
        for subscription in queries.subscriptions(period.subscription_id, by="pk")
    ]


def _names(parts: Sequence[Renewed]) -> str:
    return ", ".join(dict.fromkeys(part.subscription.name for part in parts))


def tell_of_failed_renewal(event: RenewalFailed, row: EventRow) -> None:
    """After the last try there is one letter only: that it has ended."""
    if event.retry_at is None:
        return
    subscription = _subscription(event)
    tried = Payment.objects.select_related("method")
    payment = tried.get(pk=event.payment_id) if event.payment_id else None
    bill = Bill.objects.get(pk=event.bill_id)
    others = queries.subscriptions_by_key(event.others)
    context = {
        "sum": bill.total,
        "names": ", ".join(each.name for each in [subscription, *others]),
        "decline": event.decline,
        "tried": payment.method if payment else None,
        "needs_another": event.decline in POINTLESS,
        "retry_at": datetime.fromisoformat(event.retry_at),
    }
    _tell_of(subscription, "payment_failed", row, context)


def ask_to_confirm(event: ConfirmationNeeded, row: EventRow) -> None:
    """The bank wants to see the buyer; nobody is asked for what is not owed any more."""
    [payment] = queries.payment(event.payment_id)
    debtors = queries.subscriptions(payment.bill_id, by="open_bill")
    if not debtors or payment.state != Payment.ACTION:
        return
    first = debtors[0]
    context = {
        "sum": payment.money,
        "names": ", ".join(each.name for each in debtors),
        "tried": payment.method,
        "until": first.next_due_at,
        "confirm_url": link_for(first.business, "hub:payment", public_id=first.public_id),
    }
    _tell_of(first, "confirm_payment", row, context)


def tell_of_cancellation(event: CancellationAsked, row: EventRow) -> None:
    until = datetime.fromisoformat(event.cancel_at)
    context = {
        "until": until,
        "charged_before": event.charged_before,
        "event": event,
        "at": row.at,
    }
    _tell_of(_subscription(event), "cancellation_asked", row, context)


def tell_of_undone_cancellation(event: CancellationUndone, row: EventRow) -> None:
    _tell_of(_subscription(event), "cancellation_undone", row)


def tell_of_end(event: SubscriptionCancelled, row: EventRow) -> None:
    """Nobody is told twice: an end that was announced when it was asked for brings no letter."""
    if event.announced:
        return
    kind = "subscription_given_up" if event.source == GIVEN_UP else "cancelled_now"
    _tell_of(_subscription(event), kind, row, {"event": event, "at": row.at})


def tell_of_completion(event: SubscriptionCompleted, row: EventRow) -> None:
    _tell_of(_subscription(event), "completed", row)


def tell_of_pause(event: SubscriptionPaused, row: EventRow) -> None:
    until = datetime.fromisoformat(event.resume_at) if event.resume_at else None
    _tell_of(_subscription(event), "paused", row, {"until": until})


def tell_of_resumption(event: SubscriptionResumed, row: EventRow) -> None:
    _tell_of(_subscription(event), "resumed", row)


def tell_of_return(event: SubscriptionReactivated, row: EventRow) -> None:
    _tell_of(_subscription(event), "reactivated", row)


def tell_of_replaced_method(event: MethodReplaced, row: EventRow) -> None:
    method = Method.objects.get(pk=event.method_id)
    _tell_of(_subscription(event), "method_replaced", row, {"method": method})


def tell_of_refund(event: RefundSucceeded, row: EventRow) -> None:
    """A refund of a payment that never became an order has nobody to write to."""
    refund = Refund.objects.select_related("payment__customer__business", "payment__method").get(
        pk=event.refund_id
    )
    payment = refund.payment
    if payment.customer is None:
        return
    document = Document.objects.filter(refund=refund, kind=CREDIT_NOTE).first()
    lines = BillLine.objects.filter(bill_id=payment.bill_id).order_by("position")
    context = {
        "refund": refund,
        "payment": payment,
        "items": [line.description for line in _given_back(lines, refund) or lines],
        "revoked": list(Revocation.objects.filter(refund=refund).order_by("pk")),
        "document": document,
    }
    _tell(payment.customer, "refund", row, context, document)


def _given_back(lines: QuerySet[BillLine], refund: Refund) -> QuerySet[BillLine]:
    return lines.filter(returns__refund=refund, returns__gross__gt=0)


def _subscription(event: SubscriptionEvent) -> Subscription:
    [found] = queries.subscriptions(event.subscription_id, by="pk")
    return found


def _tell_of(
    subscription: Subscription,
    kind: str,
    row: EventRow,
    context: dict[str, Any] | None = None,
    document: Document | None = None,
) -> None:
    subscription.customer.business = subscription.business  # one row, read once
    known = {"subscription": subscription, "plan": plan_of(subscription)} | (context or {})
    _tell(subscription.customer, kind, row, known, document)


def _tell(
    customer: Customer | None,
    kind: str,
    row: EventRow,
    context: dict[str, Any],
    document: Document | None = None,
) -> None:
    assert customer is not None, f"{row.name} {row.public_id} belongs to nobody"
    attached: list[Attachment] = [{"document": document.public_id}] if document else []
    write(
        kind=kind,
        cause=row.public_id,
        recipient=customer.email,
        customer=customer,
        business=customer.business,
        language=customer.language,
        context={"customer": customer} | context,
        attachments=attached,
    )
