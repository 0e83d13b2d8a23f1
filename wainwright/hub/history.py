"""What happened to one subscription, newest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from wainwright.billing import events as billing
from wainwright.billing.models import Period, Subscription
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.invoicing.models import Document
from wainwright.payments.models import Dispute, Payment, Refund

_TOLD = (
    billing.SubscriptionPaused.name,
    billing.SubscriptionResumed.name,
    billing.PlanChanged.name,
    billing.PlanChangeAsked.name,
    billing.PlanKept.name,
    billing.PlanChangeFailed.name,
    billing.BillDayChosen.name,
    billing.CancellationAsked.name,
    billing.CancellationUndone.name,
    billing.SubscriptionCancelled.name,
    billing.SubscriptionCompleted.name,
    billing.SubscriptionReactivated.name,
    billing.MethodReplaced.name,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """`kind` is started, paid, declined, pending, refunded, charged_back, reversed or an event's
    name.

    Of an event, `until` is when a pause or a running subscription ends, or a change begins; `plan`
    is the other plan, `day` the bill day; and `by`, `source` and `reason` say who did it, from
    where and why.
    """

    at: datetime
    kind: str
    amount: Money | None = None
    decline: str = ""
    document: Document | None = None
    until: datetime | None = None
    plan: str = ""
    day: int | None = None
    by: str = ""
    source: str = ""
    reason: str = ""


def history_of(subscription: Subscription) -> list[Moment]:
    periods = Period.objects.filter(subscription=subscription)
    payments = list(
        Payment.objects.filter(bill_id__in=periods.values("bill_id")).exclude(
            state__in=(Payment.STARTED, Payment.ABANDONED)
        )
    )
    refunds = list(Refund.objects.filter(payment__in=payments, state=Refund.SUCCEEDED))
    documents = _documents(subscription, payments, refunds)
    moments = [
        Moment(subscription.started_at, "started"),
        *_payments(payments, documents),
        *_refunds(refunds, documents),
        *_disputes(payments),
        *_told(subscription),
    ]
    return sorted(moments, key=lambda moment: moment.at)[::-1]


def _documents(
    subscription: Subscription, payments: list[Payment], refunds: list[Refund]
) -> dict[tuple[str, int], Document]:
    """By what each is about: ("bill", key) or ("refund", key)."""
    about_bills = Q(bill_id__in=[each.bill_id for each in payments])
    found = Document.objects.filter(
        about_bills | Q(refund__in=refunds), customer=subscription.customer_id
    ).defer("content")
    return {
        ("refund", document.refund_id)
        if document.refund_id
        else ("bill", document.bill_id): document
        for document in found
    }


def _payments(
    payments: Iterable[Payment], documents: dict[tuple[str, int], Document]
) -> Iterator[Moment]:
    kinds = {Payment.SUCCEEDED: "paid", Payment.DECLINED: "declined"}
    for payment in payments:
        paid = payment.state == Payment.SUCCEEDED
        if paid and not payment.amount:
            continue  # a free trial's start is told as its start
        yield Moment(
            at=payment.settled_at or payment.started_at,
            kind=kinds.get(payment.state, "pending"),
            amount=payment.money,
            decline=payment.decline,
            document=documents.get(("bill", payment.bill_id or 0)) if paid else None,
        )


def _refunds(
    refunds: Iterable[Refund], documents: dict[tuple[str, int], Document]
) -> Iterator[Moment]:
    for refund in refunds:
        at = refund.settled_at or refund.started_at
        note = documents.get(("refund", refund.pk))
        yield Moment(at, "refunded", amount=refund.money, document=note)


def _disputes(payments: Iterable[Payment]) -> Iterator[Moment]:
    for dispute in Dispute.objects.filter(payment__in=list(payments)):
        yield Moment(dispute.opened_at, "charged_back", amount=dispute.money)
        if dispute.state == Dispute.WON and dispute.closed_at:
            yield Moment(dispute.closed_at, "reversed", amount=dispute.money)


def moment_told(payload: Mapping[str, Any]) -> datetime | None:
    """From when or until when an act holds, where its event says so."""
    said = payload.get("resume_at") or payload.get("cancel_at") or payload.get("at")
    return datetime.fromisoformat(said) if said else None


def _told(subscription: Subscription) -> Iterator[Moment]:
    rows = EventRow.objects.filter(
        name__in=_TOLD,
        at__gte=subscription.started_at,
        business_id=subscription.business_id,
        payload__subscription_id=subscription.pk,
    )
    for row in rows:
        told = row.payload
        yield Moment(
            row.at,
            row.name,
            decline=told.get("decline", ""),
            until=moment_told(told),
            plan=told.get("plan", ""),
            day=told.get("day"),
            by=told.get("by", ""),
            source=told.get("source", ""),
            reason=told.get("reason", ""),
        )
