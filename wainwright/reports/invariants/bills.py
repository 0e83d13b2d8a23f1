"""I1 and I3: what is owed is taken once, by one attempt at a time."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, When
from django.utils.translation import gettext as _

from wainwright.billing.models import Instalment, Period
from wainwright.core.prepared import prepared
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.reports.invariants.found import Found, counted, ids, named, rows, sum_of
from wainwright.sales.models import Entry


def periods_billed_once() -> Found:
    return Found(
        _live_periods.count(),
        [
            _("%(subscription)s: the period %(period)s is billed %(count)s times")
            % {
                "subscription": subscription,
                "period": " ".join(str(each) for each in period),
                "count": count,
            }
            for columns in (("kind", "number"), ("starts_at",))
            for subscription, *period, count in _billed_twice(columns=columns)
        ],
    )


@prepared
def _live_periods() -> QuerySet[Period]:
    return rows(Period).filter(void=False)


@prepared
def _billed_twice(*, columns: tuple[str, ...]) -> QuerySet[Period, Any]:
    by_period = _live_periods.plain().values("subscription__public_id", *columns)
    twice = by_period.annotate(count=Count("id")).filter(count__gt=1)
    return twice.values_list("subscription__public_id", *columns, "count")


def bills_within_their_sum() -> Found:
    """0 <= payments - refunds - chargebacks <= the bill's sum."""
    return Found(
        counted(Bill),
        [
            _("%(bill)s: %(taken)s was taken for a bill of %(sum)s %(currency)s minor units")
            % {
                "bill": bill.public_id,
                "taken": bill.net_taken,
                "sum": bill.gross,
                "currency": bill.currency,
            }
            for bill in _outside_their_sum()
        ],
    )


@prepared
def _outside_their_sum() -> QuerySet[Any]:
    paid = rows(Payment).filter(bill=OuterRef("pk"), state=Payment.SUCCEEDED)
    back = rows(Refund).filter(state=Refund.SUCCEEDED)
    charged_back = rows(Entry).filter(kind=Entry.CHARGEBACK)
    sums = rows(Bill).annotate(
        paid=sum_of(paid, "amount"),
        back=_sum_of_few(back, "amount"),
        charged_back=_sum_of_few(charged_back, "gross"),
    )
    taken = sums.annotate(net_taken=F("paid") - F("back") + F("charged_back"))
    return taken.exclude(net_taken__range=(0, F("gross")))


def _sum_of_few(related: QuerySet[Any], column: str) -> Case:
    """The sum over the rows that belong to payments for the bill; asked only of bills with any."""
    of_bill = related.filter(payment__bill=OuterRef("pk"))
    any_at_all = Q(pk__in=related.values("payment__bill"))
    return Case(When(any_at_all, then=sum_of(of_bill, column)), default=0)


def paid_bills_are_covered() -> Found:
    """A paid bill has the payments that cover it, in its own currency."""
    return Found(
        _paid_bills.count(),
        [
            _("%(bill)s: is paid, but its payments make %(paid)s of %(sum)s minor units")
            % {"bill": bill.public_id, "paid": bill.paid, "sum": bill.gross}
            for bill in _uncovered()
        ],
    )


@prepared
def _paid_bills() -> QuerySet[Bill]:
    return rows(Bill).filter(state=Bill.PAID)


@prepared
def _uncovered() -> QuerySet[Any]:
    payments = rows(Payment).filter(
        bill=OuterRef("pk"), state=Payment.SUCCEEDED, stray=False, currency=OuterRef("currency")
    )
    return _paid_bills.plain().annotate(paid=sum_of(payments, "amount")).exclude(paid=F("gross"))


def instalments_add_up() -> Found:
    """The instalments agreed for a bill make its sum."""
    sentence = _("%(id)s: its instalments do not make its sum")
    return Found(_agreed.count(), named(_agreed_otherwise(), sentence))


@prepared
def _agreed() -> QuerySet[Bill]:
    return rows(Bill).filter(Exists(rows(Instalment).filter(bill=OuterRef("pk"))))


@prepared
def _agreed_otherwise() -> QuerySet[Bill, str]:
    of_bill = rows(Instalment).filter(bill=OuterRef("pk"), currency=OuterRef("currency"))
    sums = _agreed.plain().annotate(agreed=sum_of(of_bill, "amount"))
    return ids(sums.exclude(agreed=F("gross")))


def one_attempt_at_a_time() -> Found:
    return Found(
        _attempts.count(),
        [
            _("%(payment)s: began while another attempt for %(bill)s was open")
            % {"payment": payment, "bill": bill}
            for payment, bill in _begun_too_soon()
        ],
    )


@prepared
def _attempts() -> QuerySet[Payment]:
    return rows(Payment).filter(bill__isnull=False)


@prepared
def _begun_too_soon() -> QuerySet[Payment, Any]:
    still_open = rows(Payment).filter(
        Q(settled_at=None) | Q(settled_at__gt=OuterRef("started_at")),
        bill=OuterRef("bill"),
        pk__lt=OuterRef("pk"),
    )
    begun = _attempts.plain().filter(Exists(still_open))
    return begun.values_list("public_id", "bill__public_id")
