"""I9: who did what stands written, and whoever is concerned was told once."""

from __future__ import annotations

from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.core import audit, tenancy
from wainwright.core.models import AuditRow, Delivery, EventRow
from wainwright.core.tenancy import Tenant
from wainwright.hub.models import Statement
from wainwright.invoicing.models import Document
from wainwright.letters.models import Letter
from wainwright.payments.models import Bill, Dispute, Payment, Refund
from wainwright.reports.invariants.found import Found, rows
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
    for model, which, action in CHANGES:
        column = action[action.index("{") + 1 : action.index("}")] if "{" in action else ""
        changed = rows(model).filter(which)
        noted = rows(AuditRow).filter(subject=OuterRef("public_id"), action=_action(action, column))
        checked += changed.count()
        unnoted = changed.exclude(Exists(noted)).values("public_id", *([column] if column else []))
        broken += [
            _("%(id)s: the trail holds no %(action)s")
            % {"id": row["public_id"], "action": action.format_map(row)}
            for row in unnoted
        ]
    return Found(checked, broken)


def _action(action: str, column: str) -> Value | Concat:
    """The action as a string of the row it is looked up for: "bill." and its state."""
    if not column:
        return Value(action)
    before, after = action.split(f"{{{column}}}")
    return Concat(Value(before), OuterRef(column), Value(after), output_field=CharField())


def events_have_one_letter() -> Found:
    """Two letters for one event never; none only where there is nobody to tell, or not yet."""
    letters = rows(Letter).filter(cause=OuterRef("public_id")).exclude(kind__in=TO_SELLERS)
    count = letters.values("cause").annotate(count=Count("id")).values("count")
    on_its_way = rows(Delivery).filter(event=OuterRef("pk"), state=Delivery.WAITING)
    told = rows(EventRow).filter(name__in=TOLD)
    odd = (
        told.exclude(Exists(on_its_way))
        .annotate(letters=Coalesce(Subquery(count), 0, output_field=IntegerField()))
        .exclude(letters=1)
    )
    return Found(
        told.count(),
        [
            _("%(id)s: %(event)s brought %(count)s letters")
            % {"id": event.public_id, "event": event.name, "count": event.letters}
            for event in odd
            if event.letters or not _untold(event)
        ],
    )


def _untold(event: EventRow) -> bool:
    """No letter is right: another one says it, or the money never belonged to an order."""
    match event.name:
        case "subscription.renewal_failed":
            return event.payload["retry_at"] is None
        case "payment.confirmation_needed":
            owed = rows(Payment).filter(state=Payment.ACTION, bill__state=Bill.OPEN)
            return not owed.filter(pk=event.payload["payment_id"]).exists()
        case "subscription.bill_day_chosen":
            return event.payload["others"] is None
        case "subscription.cancelled":
            return bool(event.payload["announced"])
        case "refund.succeeded":
            return (
                rows(Refund).filter(pk=event.payload["refund_id"], payment__customer=None).exists()
            )
        case _:
            return False


def chain_unbroken() -> Found:
    account_id = tenancy.current().account_id
    sealed = rows(AuditRow).filter(position__isnull=False).count()
    broken = audit.broken_link(account_id)
    if broken is None:
        return Found(sealed)
    return Found(
        sealed,
        [
            _("%(subject)s: the trail was changed at position %(position)s (%(action)s)")
            % {
                "subject": broken.subject,
                "position": broken.position,
                "action": broken.action,
            }
        ],
    )
