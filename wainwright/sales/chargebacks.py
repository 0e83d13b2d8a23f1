"""Chargebacks in the ledger. The invoice stays as it is: what was sold is still owed, and only the
seller can give that up, by a refund and its credit note."""

from __future__ import annotations

from fractions import Fraction

from django.db.models import QuerySet, Sum

from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.payments.events import DisputeEvent
from wainwright.payments.models import Dispute
from wainwright.sales.models import Entry


def book_dispute(event: DisputeEvent, row: EventRow) -> None:
    """Brings the ledger to how a dispute stands: the sum that is the buyer's, and the fee.

    What is booked already is left out, so a reversal books back exactly what was taken, and a
    second call books nothing.
    """
    dispute = Dispute.objects.select_related("payment").get(pk=event.dispute_id)
    charge = Entry.objects.filter(payment=dispute.payment, kind__in=Entry.SALES).first()
    if charge is None:  # money that came for a closed bill was never booked as a sale
        return
    tax = _tax(charge, dispute)
    taken = dispute.money if dispute.state in Dispute.TAKEN else Money.zero(dispute.currency)
    _book_up_to(dispute, charge, Entry.CHARGEBACK, -taken, -tax)
    _book_up_to(dispute, charge, Entry.FEE, -dispute.fee_money, Money.zero(dispute.fee_currency))


def _tax(charge: Entry, dispute: Dispute) -> Money:
    """The tax in what is the buyer's now: its share of the tax in what was left of the charge."""
    if dispute.state not in Dispute.TAKEN:
        return Money.zero(dispute.currency)
    booked = _booked(dispute, Entry.CHARGEBACK).order_by("pk").first()
    if booked is not None:
        return Money(-booked.tax, booked.currency)
    of_payment = Entry.objects.filter(payment=charge.payment_id).exclude(kind=Entry.FEE)
    left = of_payment.aggregate(gross=Sum("gross"), tax=Sum("tax"))
    part = Fraction(dispute.amount, max(left["gross"], dispute.amount))
    return Money(left["tax"], charge.currency).share(part)


def _booked(dispute: Dispute, kind: str) -> QuerySet[Entry]:
    # Found by the payment: there is no index of disputes.
    return Entry.objects.filter(payment=dispute.payment_id, dispute=dispute, kind=kind)


def _book_up_to(dispute: Dispute, charge: Entry, kind: str, gross: Money, tax: Money) -> None:
    """Books what is missing until the entries of this kind make these sums."""
    sums = _booked(dispute, kind).aggregate(
        gross=Sum("gross", default=0), tax=Sum("tax", default=0)
    )
    missing, tax_missing = gross.minor - sums["gross"], tax.minor - sums["tax"]
    if not missing:
        return
    Entry.objects.create(
        public_id=new_id("ent"),
        kind=kind,
        dispute=dispute,
        business_id=charge.business_id,
        order_id=charge.order_id,
        customer_id=charge.customer_id,
        product_id=charge.product_id,
        payment_id=charge.payment_id,
        item=charge.item,
        currency=gross.currency,
        net=missing - tax_missing,
        tax=tax_missing,
        gross=missing,
        at=clock.now(),
        subject=charge.subject,
    )
