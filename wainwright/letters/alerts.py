"""Letters to the seller's people: what failed, who leaves, and what waits for their word."""

from __future__ import annotations

from typing import Any

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business, Member
from wainwright.billing.events import (
    BillingHeld,
    CancellationAsked,
    RenewalFailed,
    SubscriptionCancelled,
    SubscriptionEvent,
)
from wainwright.billing.models import Hold, Subscription
from wainwright.core.models import EventRow
from wainwright.letters.models import Letter
from wainwright.letters.writing import write
from wainwright.payments.events import DifferenceFound, DisputeEvent, RestoreNoticed
from wainwright.payments.models import Bill, Difference, Dispute, Restore
from wainwright.payments.queries import lines_of
from wainwright.sales.ledger import order_of


def tell_of_failed_rebill(event: RenewalFailed, row: EventRow) -> None:
    """Of each bill the first failure; that it ended at last is told by itself."""
    if event.failures > 1:
        return
    bill = Bill.objects.get(pk=event.bill_id)
    _tell_of(event, "rebill_failed", row, {"sum": bill.total, "decline": event.decline})


def tell_of_cancellation(event: CancellationAsked, row: EventRow) -> None:
    _tell_of(event, "cancellation_alert", row)


def tell_of_end(event: SubscriptionCancelled, row: EventRow) -> None:
    """An end that was asked for before was told of then."""
    if not event.announced:
        _tell_of(event, "cancellation_alert", row)


def tell_of_hold(event: BillingHeld, row: EventRow) -> None:
    """Who sells is asked to decide; nothing of it is charged until then."""
    hold = Hold.objects.select_related("business", "subscription__customer").get(pk=event.hold_id)
    context = {
        "hold": hold,
        "customer": hold.subscription.customer if hold.subscription else None,
        "amount": hold.money(hold.amount),
        "usual": hold.money(hold.usual),
        "decide_url": link_for(hold.business, "dashboard:decisions"),
    }
    _tell(hold.business, "billing_held", row.public_id, context)


def tell_of_restore(event: RestoreNoticed, row: EventRow) -> None:
    """Every owner is told, for none but an owner resumes."""
    restore = Restore.objects.get(pk=event.restore_id)
    own = Business.objects.get(pk=event.business_id)
    context = {"restore": restore, "restored_url": link_for(own, "dashboard:restored")}
    owners = Member.objects.filter(role=Member.OWNER).order_by("pk")
    for recipient in owners.values_list("user__email", flat=True):
        _write(own, recipient, "billing_paused", row.public_id, context)


def tell_of_dispute(event: DisputeEvent, row: EventRow) -> None:
    """A chargeback was opened, won or lost; `event.name` says which, whatever came of it since."""
    rows = Dispute.objects.select_related("payment__customer", "payment__bill", "business")
    dispute = rows.get(pk=event.dispute_id)
    bill = dispute.payment.bill
    assert bill is not None
    context = {
        "dispute": dispute,
        "happened": event.name,
        "customer": dispute.payment.customer,
        "items": [line.description for line in lines_of(bill)],
        "order_url": link_for(
            dispute.business, "dashboard:order", order_id=order_of(bill).public_id
        ),
    }
    _tell(dispute.business, "chargeback_alert", row.public_id, context)


def tell_of_difference(event: DifferenceFound, row: EventRow) -> None:
    """What is found at one gateway within an hour brings one letter, however much it is."""
    rows = Difference.objects.select_related("connection", "payment", "business")
    difference = rows.get(pk=event.difference_id)
    context = {
        "gateway": difference.connection.label,
        "difference": difference,
        "ours": difference.ours_as_money,
        "theirs": difference.theirs_as_money,
        "differences_url": link_for(difference.business, "dashboard:differences"),
    }
    found_at = f"{difference.connection.public_id} {row.at:%Y-%m-%dT%H}"
    _tell(difference.business, "difference_alert", found_at, context)


def tell_of_unsent_price(subscription: Subscription, notice: Letter) -> None:
    """Nobody could tell the customer of a new price in time: the old one is charged again."""
    context = {
        "subscription": subscription,
        "customer": subscription.customer,
        "notice": notice,
        "subscription_url": link_for(
            subscription.business, "dashboard:subscription", subscription_id=subscription.public_id
        ),
    }
    _tell(subscription.business, "price_unsent", notice.public_id, context)


def _tell_of(
    event: SubscriptionEvent, kind: str, row: EventRow, context: dict[str, Any] | None = None
) -> None:
    rows = Subscription.objects.select_related("customer", "business")
    subscription = rows.get(pk=event.subscription_id)
    known = {
        "event": event,
        "subscription": subscription,
        "customer": subscription.customer,
        "subscription_url": link_for(
            subscription.business, "dashboard:subscription", subscription_id=subscription.public_id
        ),
    }
    _tell(subscription.business, kind, row.public_id, known | (context or {}))


def _tell(business: Business, kind: str, cause: str, context: dict[str, Any]) -> None:
    """To the business's support address, else to the account's first owner."""
    owners = Member.objects.filter(role=Member.OWNER).order_by("pk")
    recipient = business.support_email or owners.values_list("user__email", flat=True).first()
    if recipient:
        _write(business, recipient, kind, cause, context)


def _write(
    business: Business, recipient: str, kind: str, cause: str, context: dict[str, Any]
) -> None:
    write(
        kind=kind,
        cause=cause,
        recipient=recipient,
        customer=None,
        business=business,
        language=business.language,
        zone=business.zone,
        context=context,
    )
