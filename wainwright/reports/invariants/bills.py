"""I1 and I3: what is owed is taken once, by one attempt at a time."""

from __future__ import annotations

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from wainwright.billing.models import Instalment, Period
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.reports.invariants.found import Found, named, rows, sum_of
from wainwright.sales.models import Entry


def periods_billed_once() -> Found:
    live = rows(Period).filter(void=False)
    broken = []
    for columns in (("kind", "number"), ("starts_at",)):
        twice = live.values("subscription__public_id", *columns).annotate(count=Count("id"))
        broken += [
            _("%(subscription)s: the period %(period)s is billed %(count)s times")
            % {
                "subscription": row["subscription__public_id"],
                "period": " ".join(str(row[column]) for column in columns),
                "count": row["count"],
            }
            for row in twice.filter(count__gt=1)
        ]
    return Found(live.count(), broken)


def bills_within_their_sum() -> Found:
    """0 <= payments - refunds - chargebacks <= the bill's sum."""
    bills = rows(Bill)
    of_bill = {"bill": OuterRef("pk"), "state": Payment.SUCCEEDED}
    taken = bills.annotate(
        paid=sum_of(rows(Payment).filter(**of_bill), "amount"),
        back=sum_of(
            rows(Refund).filter(payment__bill=OuterRef("pk"), state=Refund.SUCCEEDED), "amount"
        ),
        charged_back=sum_of(
            rows(Entry).filter(payment__bill=OuterRef("pk"), kind=Entry.CHARGEBACK), "gross"
        ),
    ).annotate(net_taken=F("paid") - F("back") + F("charged_back"))
    outside = taken.filter(Q(net_taken__lt=0) | Q(net_taken__gt=F("gross")))
    return Found(
        bills.count(),
        [
            _("%(bill)s: %(taken)s was taken for a bill of %(sum)s %(currency)s minor units")
            % {
                "bill": bill.public_id,
                "taken": bill.net_taken,
                "sum": bill.gross,
                "currency": bill.currency,
            }
            for bill in outside
        ],
    )


def paid_bills_are_covered() -> Found:
    """A paid bill has the payments that cover it, in its own currency."""
    paid = rows(Bill).filter(state=Bill.PAID)
    payments = rows(Payment).filter(
        bill=OuterRef("pk"), state=Payment.SUCCEEDED, stray=False, currency=OuterRef("currency")
    )
    uncovered = paid.annotate(paid=sum_of(payments, "amount")).exclude(paid=F("gross"))
    return Found(
        paid.count(),
        [
            _("%(bill)s: is paid, but its payments make %(paid)s of %(sum)s minor units")
            % {"bill": bill.public_id, "paid": bill.paid, "sum": bill.gross}
            for bill in uncovered
        ],
    )


def instalments_add_up() -> Found:
    """The instalments agreed for a bill make its sum."""
    agreed = rows(Bill).filter(Exists(rows(Instalment).filter(bill=OuterRef("pk"))))
    of_bill = rows(Instalment).filter(bill=OuterRef("pk"), currency=OuterRef("currency"))
    unlike = agreed.annotate(agreed=sum_of(of_bill, "amount")).exclude(agreed=F("gross"))
    return Found(agreed.count(), named(unlike, _("%(id)s: its instalments do not make its sum")))


def one_attempt_at_a_time() -> Found:
    attempts = rows(Payment).filter(bill__isnull=False)
    still_open = rows(Payment).filter(
        Q(settled_at=None) | Q(settled_at__gt=OuterRef("started_at")),
        bill=OuterRef("bill"),
        pk__lt=OuterRef("pk"),
    )
    broken = attempts.filter(Exists(still_open)).values_list("public_id", "bill__public_id")
    return Found(
        attempts.count(),
        [
            _("%(payment)s: began while another attempt for %(bill)s was open")
            % {"payment": payment, "bill": bill}
            for payment, bill in broken
        ],
    )
