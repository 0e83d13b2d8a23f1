"""A chargeback and the subscription it was paid for: collecting stops, goes on, or ends."""

from __future__ import annotations

from collections.abc import Iterator

from wainwright.billing import cancellation, holds
from wainwright.billing.models import Hold, Period, Revocation, Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.core.actors import GATEWAY, SYSTEM
from wainwright.core.models import EventRow
from wainwright.payments.events import DisputeLost, DisputeOpened, DisputeWon
from wainwright.payments.models import Dispute

BY_CHARGEBACK = "chargeback"


def stop_collecting(event: DisputeOpened, row: EventRow) -> None:
    """Whose bank takes a payment back is not charged again meanwhile; he himself may pay."""
    dispute = _dispute(event.dispute_id)
    for subscription in _paid_for(dispute):
        if not subscription.ended:
            holds.stop_for_dispute(subscription, dispute.amount)


def go_on(event: DisputeWon, row: EventRow) -> None:
    """The chargeback was reversed: collecting goes on, unless another one stands against it."""
    for subscription in _paid_for(_dispute(event.dispute_id)):
        held = Hold.objects.filter(subscription=subscription, kind=Hold.DISPUTE, decided_at=None)
        hold = held.select_related("subscription").first()
        if hold is not None and not holds.charged_back(subscription, *Dispute.TAKEN):
            holds.decide(hold, Hold.GO_ON, by=GATEWAY)


def end_by_rule(event: DisputeLost, row: EventRow) -> None:
    """Ends what lost its access by it, where the rule says so; of the rest the seller decides."""
    book = RuleBook.read()
    taken = Revocation.objects.filter(dispute=event.dispute_id, restored_at=None)
    for each in taken.exclude(subscription=None).select_related("subscription"):
        if book.of(each.product_id).end_then and each.subscription is not None:
            cancellation.cancel_now(each.subscription, by=SYSTEM, source=BY_CHARGEBACK)


def _dispute(dispute_id: int) -> Dispute:
    found: Dispute = Dispute.objects.select_related("payment").get(pk=dispute_id)
    return found


def _paid_for(dispute: Dispute) -> Iterator[Subscription]:
    """The subscriptions on the bill, locked."""
    periods = Period.objects.filter(bill=dispute.payment.bill_id).order_by("subscription_id")
    for subscription_id in periods.values_list("subscription_id", flat=True):
        yield Subscription.locked(subscription_id)
