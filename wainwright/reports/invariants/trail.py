"""I9: who did what stands written, and whoever is concerned was told once."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import (
    CharField,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.core import audit, tenancy
from wainwright.core.models import AuditRow, Delivery, EventRow
from wainwright.core.prepared import Slot, prepared
from wainwright.core.tenancy import Tenant
from wainwright.hub.models import Statement
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill, Dispute, Payment, Refund
from wainwright.reports.invariants.found import Found, read_before, rows
from wainwright.sales.models import Order

# Records, which of them, and the action that must stand in the trail ({state} is the record's own).
CHANGES: tuple[tuple[type[Tenant], Q, str], ...] = (
    (Subscription, Q(), "subscription.started"),
    (
        Subscription,
        Q(state__in=(states.PAST_DUE, states.PAUSED, *states.ENDED)),
        "subscription.{state}",
    ),
    (
        Subscription,
        Q(cancel_at__isnull=False, ended_at=None),
        "subscription.cancellation_asked",
    ),
    (Bill, Q(state__in=(Bill.PAID, Bill.VOID, Bill.WRITTEN_OFF)), "bill.{state}"),
    (
        Payment,
        Q(state__in=(Payment.SUCCEEDED, Payment.DECLINED)) & ~Q(purpose=Payment.METHOD),
        "payment.{state}",
    ),
    (Payment, Q(state=Payment.ABANDONED), "payment.abandoned"),
    (Refund, Q(), "refund.started"),
    (Refund, Q(state__in=(Refund.SUCCEEDED, Refund.DECLINED)), "refund.{state}"),
    (Dispute, Q(), "dispute.{state}"),
    (Order, Q(source=Order.CHECKOUT), "order.placed"),
    (Document, Q(), "{kind}.issued"),
    (Statement, Q(), "statement.received"),
    (Statement, Q(handled_at__isnull=False), "statement.handled"),
)

# Events that bring their buyer exactly one letter (the seller's own alerts do not count).
TOLD = (
    "payment.succeeded",
    "payment.confirmation_needed",
    "payment.part_succeeded",
    "refund.succeeded",
    "subscription.renewal_failed",
    "subscription.cancellation_asked",
    "subscription.cancellation_undone",
    "subscription.cancelled",
    "subscription.completed",
    "subscription.paused",
    "subscription.resumed",
    "subscription.reactivated",
    "subscription.plan_change_asked",
    "subscription.plan_kept",
    "subscription.bill_day_chosen",
    "subscription.plan_change_failed",
    "subscription.method_replaced",
    "statement.received",
)
TO_SELLERS = (
    "statement_alert",
    "rebill_failed",
    "cancellation_alert",
    "billing_held",
    "chargeback_alert",
)


def changes_are_noted() -> Found:
    checked, broken = 0, []
    for number, (_model, _which, action) in enumerate(CHANGES):
        checked += _changed.count(number=number)
        broken += [
            _("%(id)s: the trail holds no %(action)s")
            % {
                "id": public_id,
                "action": action.format(**dict(zip(_columns(action), told, strict=True))),
            }
            for public_id, *told in _unnoted(number=number)
        ]
    return Found(checked, broken)


@prepared
def _changed(*, number: int) -> QuerySet[Any]:
    """What was changed as that line of CHANGES says."""
    model, which, _action = CHANGES[number]
    return rows(model).filter(which)


@prepared
def _unnoted(*, number: int) -> QuerySet[Any, Any]:
    """Its public ids, each with the column that its action names."""
    action = CHANGES[number][2]
    columns = _columns(action)
    noted = rows(AuditRow).filter(
        subject=OuterRef("public_id"), action=_action(action, "".join(columns))
    )
    unnoted = _changed.plain(number=number).exclude(Exists(noted))
    return unnoted.values_list("public_id", *columns)


def _columns(action: str) -> list[str]:
    """The column in braces, if there is one."""
    return re.findall(r"{(\w+)}", action)


def _action(action: str, column: str) -> Value | Concat:
    """The action as a string of the row it is looked up for: "bill." and its state."""
    if not column:
        return Value(action)
    before, after = action.split(f"{{{column}}}")
    return Concat(Value(before), OuterRef(column), Value(after), output_field=CharField())


def events_have_one_letter() -> Found:
    """Two letters for one event never; none only where there is nobody to tell, or not yet."""
    return Found(
        _told.count(),
        [
            _("%(id)s: %(event)s brought %(count)s letters")
            % {"id": event.public_id, "event": event.name, "count": event.letters}
            for event in _told_oddly()
            if event.letters or not _untold(event)
        ],
    )


@prepared
def _told() -> QuerySet[EventRow]:
    return rows(EventRow).filter(name__in=TOLD)


@prepared
def _told_oddly() -> QuerySet[Any]:
    letters = rows(Letter).filter(cause=OuterRef("public_id")).exclude(kind__in=TO_SELLERS)
    count = letters.values("cause").annotate(count=Count("id")).values("count")
    on_its_way = rows(Delivery).filter(event=OuterRef("pk"), state=Delivery.WAITING)
    letters_each = Coalesce(Subquery(count), 0, output_field=IntegerField())
    settled = _told.plain().exclude(Exists(on_its_way))
    return settled.annotate(letters=letters_each).exclude(letters=1)


def _untold(event: EventRow) -> bool:
    """No letter is right: another one says it, or the money never belonged to an order."""
    match event.name:
        case "subscription.renewal_failed":
            return event.payload["retry_at"] is None
        case "payment.confirmation_needed":
            return not _awaiting_buyer(event.payload["payment_id"])
        case "subscription.bill_day_chosen":
            return event.payload["others"] is None
        case "subscription.cancelled":
            return bool(event.payload["announced"])
        case "refund.succeeded":
            return bool(_given_to_nobody(event.payload["refund_id"]))
        case _:
            return False


@prepared
def _awaiting_buyer(payment: Slot) -> QuerySet[Payment, int]:
    asked = rows(Payment).filter(pk=payment, state=Payment.ACTION, bill__state=Bill.OPEN)
    return asked.values_list("pk", flat=True)


@prepared
def _given_to_nobody(refund: Slot) -> QuerySet[Refund, int]:
    return rows(Refund).filter(pk=refund, payment__customer=None).values_list("pk", flat=True)


def chain_unbroken() -> Found:
    account_id, read = tenancy.current().account_id, read_before()
    last = audit.last_sealed(account_id)
    broken = audit.broken_link(account_id, after=read.sealed.get(account_id))
    if broken is None:
        if last is not None:
            read.sealed[account_id] = last
        return Found(_sealed.count())
    return Found(
        _sealed.count(),
        [
            _("%(subject)s: the trail was changed at position %(position)s (%(action)s)")
            % {
                "subject": broken.subject,
                "position": broken.position,
                "action": broken.action,
            }
        ],
    )


@prepared
def _sealed() -> QuerySet[AuditRow, int]:
    return rows(AuditRow).filter(position__isnull=False).values_list("pk", flat=True)
