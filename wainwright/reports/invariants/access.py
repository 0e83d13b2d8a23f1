"""I11: whoever paid has access, and nobody else: neither without money, nor after it went back."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from wainwright.billing import revoking
from wainwright.billing.models import Ending, Period, Revocation, Rules, Subscription
from wainwright.catalog.models import Price, Product
from wainwright.core import tenancy
from wainwright.core.models import AuditRow
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.models import Bill, BillLine, Dispute, Refund, RefundLine
from wainwright.reports.invariants.found import Found, counted, ids, named, rows, sum_of
from wainwright.sales.models import Order


def access_was_paid_for() -> Found:
    """What is bought, and the time of a subscription that runs, stands on a paid bill. Only money
    that the gateway itself vouched for closes one (I1 and I2)."""
    return Found(
        _bought.count() + _running.count(),
        [
            *named(_unpaid(), _("%(id)s: is the customer's, but was not paid")),
            *named(_on_credit(), _("%(id)s: runs for a time that was not paid")),
        ],
    )


@prepared
def _bought() -> QuerySet[Order]:
    return rows(Order).filter(source=Order.CHECKOUT)


@prepared
def _unpaid() -> QuerySet[Order, str]:
    return ids(_bought.plain().exclude(bill__state=Bill.PAID))


@prepared
def _running() -> QuerySet[Subscription]:
    return rows(Subscription).filter(ended_at=None)


@prepared
def _on_credit() -> QuerySet[Subscription, str]:
    paid = rows(Period).filter(
        subscription=OuterRef("pk"),
        ends_at=OuterRef("current_end"),
        void=False,
        bill__state=Bill.PAID,
    )
    return ids(_running.plain().exclude(Exists(paid)))


def access_ends_with_its_money() -> Found:
    """Access was taken for money that is gone, as long as that is so; and where the seller's rule
    says that it ends with the money, it has."""
    return Found(
        counted(Revocation) + _given_back.count(),
        [
            *named(_groundless(), _("%(id)s: access was taken back, but its money was not")),
            *named(_restored(), _("%(id)s: access was given again, but its money was not")),
            *named(
                [each.bill.public_id for each in _given_back() if _had_to_end(each)],
                _("%(id)s: its money went back, but access to it did not end"),
            ),
        ],
    )


def _gone() -> Q:
    return Q(refund__state=Refund.SUCCEEDED) | Q(dispute__state__in=Dispute.TAKEN)


@prepared
def _groundless() -> QuerySet[Revocation, str]:
    taken = rows(Revocation).filter(restored_at=None)
    return taken.exclude(_gone()).values_list("order__public_id", flat=True)


@prepared
def _restored() -> QuerySet[Revocation, str]:
    restored = rows(Revocation).filter(restored_at__isnull=False)
    return restored.filter(_gone()).values_list("order__public_id", flat=True)


@prepared
def _given_back() -> QuerySet[Any]:
    """Lines to which there is access by the rules as they are now, though their money went back:
    the last of it at `refunded_at` and `disputed_at`. Their period, if any, is the one that runs.
    """
    refunds = rows(Refund).filter(state=Refund.SUCCEEDED, payment__stray=False)
    disputes = rows(Dispute).filter(state__in=Dispute.TAKEN)
    moved = Q(bill__in=refunds.values("payment__bill")) | Q(
        bill__in=disputes.values("payment__bill")
    )
    of_line = rows(RefundLine).filter(line=OuterRef("pk"), refund__state=Refund.SUCCEEDED)
    of_bill = refunds.filter(payment__bill=OuterRef("bill"))
    taken = disputes.filter(payment__bill=OuterRef("bill"))
    period = rows(Period).filter(bill=OuterRef("bill"), position=OuterRef("position"), void=False)
    lines = (
        rows(BillLine)
        .filter(moved, gross__gt=0, bill__state=Bill.PAID)
        .annotate(
            back=sum_of(of_line, "gross"),
            taken=sum_of(taken, "amount"),
            refunded=sum_of(of_bill, "amount"),
            rule=_rule(),
            period=Subquery(period.values("pk")[:1]),
            subscription=Subquery(period.values("subscription")[:1]),
            ends_at=Subquery(period.values("ends_at")[:1]),
            refunded_at=Subquery(of_bill.order_by("-settled_at").values("settled_at")[:1]),
            last_refund=Subquery(of_bill.order_by("-settled_at").values("public_id")[:1]),
            disputed_at=Subquery(taken.order_by("-opened_at").values("opened_at")[:1]),
            last_dispute=Subquery(taken.order_by("-opened_at").values("public_id")[:1]),
        )
    )
    whole = Q(back__gte=F("gross")) | Q(bill__gross__lte=F("taken") + F("refunded"))
    some = Q(back__gt=0) | Q(taken__gt=0)
    ended = lines.filter((Q(rule=Rules.FULL) & whole) | (Q(rule=Rules.ANY) & some))
    return ended.filter(_is_there()).exclude(_is_revoked()).select_related("bill")


def _rule() -> Coalesce:
    rules = rows(Rules)
    own = rules.filter(product=OuterRef("product")).values("revoke")[:1]
    account = rules.filter(product=None).values("revoke")[:1]
    return Coalesce(Subquery(own), Subquery(account), Value(Rules.FULL))


def _is_there() -> Q:
    """Bought for good, or for the time that runs."""
    running = Q(subscription__ended_at=None, ends_at=F("subscription__current_end"))
    lasting = running | Q(subscription__kind=Price.SPLIT)
    return Q(period=None) | Q(Exists(rows(Period).filter(lasting, pk=OuterRef("period"))))


def _is_revoked() -> Q:
    taken = rows(Revocation).filter(restored_at=None)
    once = taken.filter(
        order__bill=OuterRef("bill"), product=OuterRef("product"), subscription=None
    )
    lasts = Q(until=None) | Q(until__gte=OuterRef("ends_at"))
    running = taken.filter(lasts, subscription=OuterRef("subscription"))
    return Q(Exists(once)) | Q(Exists(running))


def _had_to_end(line: Any) -> bool:
    """Whether the rules said so when the money went, and it was still the customer's then."""
    at = max(each for each in (line.refunded_at, line.disputed_at) if each is not None)
    if _ruled_anew(_subject(line), line.product_id):
        return False
    if line.subscription is None:
        return True
    with tenancy.scope(tenancy.current().account_id, line.mode):
        subscription = Subscription.objects.get(pk=line.subscription)
        if subscription.kind == Price.SPLIT:
            return line.rule == Rules.ANY or revoking.all_back(line, subscription)
    return at < line.ends_at and not _brought_back(line.subscription, at)


def _subject(line: Any) -> str:
    """Which of the two was the last to take money."""
    if line.disputed_at is None:
        return str(line.last_refund)
    if line.refunded_at is None or line.refunded_at < line.disputed_at:
        return str(line.last_dispute)
    return str(line.last_refund)


@prepared
def _ruled_anew(subject: Slot, product: Slot) -> QuerySet[AuditRow, int]:
    """Whether the rules that hold for the product were changed since."""
    noted = rows(AuditRow).filter(subject=subject).order_by("-pk").values("pk")[:1]
    own = rows(Product).filter(pk=product).values("public_id")
    changes = rows(AuditRow).filter(Q(subject="account") | Q(subject__in=own))
    later = changes.filter(
        action__in=("collecting.rules_changed", "collecting.rules_dropped"),
        pk__gt=Subquery(noted),
    )
    return later.values_list("pk", flat=True)


@prepared
def _brought_back(subscription: Slot, at: Slot) -> QuerySet[Ending, int]:
    """Whether it had ended meanwhile: what is given back then takes nothing."""
    endings = rows(Ending).filter(subscription=subscription, back_at__gte=at)
    return endings.values_list("pk", flat=True)
