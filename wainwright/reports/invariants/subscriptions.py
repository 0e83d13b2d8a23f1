"""I5, I6 and I12: periods follow each other, end with the subscription, and are billed in time."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import F, OuterRef, Q, Window
from django.db.models.functions import Coalesce, Lead
from django.utils.translation import gettext as _

from wainwright.billing import holds, states
from wainwright.billing.models import Ending, Hold, Pause, Period, Subscription
from wainwright.core import clock, tenancy
from wainwright.core.models import SweepMark
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.reports.invariants.found import Found, named, rows, sum_of

PATIENCE, A_DAY = timedelta(minutes=10), timedelta(hours=25)


def periods_tile() -> Found:
    """Each live period begins where the one before ended, but for a recorded pause."""
    live = rows(Period).filter(void=False)
    follows = live.annotate(
        next_start=Window(
            Lead("starts_at"), partition_by="subscription_id", order_by=("starts_at", "pk")
        )
    )
    apart = follows.filter(next_start__isnull=False).exclude(next_start=F("ends_at"))
    broken = [
        _("%(subscription)s: a period ends %(end)s and the next begins %(start)s")
        % {
            "subscription": period.subscription.public_id,
            "end": period.ends_at.isoformat(),
            "start": period.next_start.isoformat(),
        }
        for period in apart.select_related("subscription")
        if not _left_out(period.subscription_id, period.ends_at, period.next_start)
    ]
    return Found(live.count(), broken)


def _left_out(subscription_id: int, end: datetime, start: datetime) -> bool:
    """A gap is explained by a pause that reaches into it, by an end that was taken back, or by the
    seller's word on what was missed; an overlap by nothing."""
    inside = Q(subscription_id=subscription_id)
    pauses = rows(Pause).filter(inside, Q(ended_at=None) | Q(ended_at__gte=end))
    endings = rows(Ending).filter(inside, ended_at__lte=start, back_at__gte=end)
    skipped = rows(Hold).filter(inside, Q(since__lte=start) | Q(opened_at__lte=start))
    return start > end and (
        pauses.filter(started_at__lte=start).exists()
        or endings.exists()
        or skipped.filter(decision__in=(Hold.ONE, Hold.SKIP), decided_at__gte=end).exists()
    )


def nothing_charged_after_the_end() -> Found:
    """From the moment a cancellation is asked for, no attempt begins for a period that would begin
    when it has ended, and once it has ended none at all."""
    periods = rows(Period).annotate(
        stopped_at=Coalesce("subscription__cancel_asked_at", "subscription__ended_at")
    )
    stopped = periods.filter(stopped_at__isnull=False)
    late = stopped.filter(
        Q(starts_at__gte=F("subscription__cancel_at"))
        | Q(bill__payments__started_at__gt=F("subscription__ended_at"))
        | Q(subscription__cancel_at=None),
        bill__payments__purpose=Payment.RENEWAL,
        bill__payments__started_at__gt=F("stopped_at"),
    )
    named = late.values_list("subscription__public_id", "bill__payments__public_id")
    return Found(
        stopped.count(),
        [
            _("%(payment)s: was begun after %(subscription)s was cancelled")
            % {"payment": payment, "subscription": subscription}
            for subscription, payment in named
        ],
    )


def nothing_late() -> Found:
    """At the end of its last sweep nothing due had waited for more than ten minutes."""
    account_id, checked, broken = tenancy.current().account_id, 0, []
    for mark in rows(SweepMark):
        with tenancy.scope(account_id, mark.mode):
            running = Subscription.objects.filter(ended_at=None)
            checked += running.count()
            broken += _late(mark.finished_at - PATIENCE)
            # A bill takes along what falls due later on its day.
            soon = running.filter(current_start__gt=clock.now() + A_DAY)
            broken += named(soon, _("%(id)s: its period begins in the future"))
    return Found(checked, broken)


def _late(before: datetime) -> list[str]:
    running = Subscription.objects.filter(ended_at=None)
    held = Hold.objects.filter(kind=Hold.RUN, decided_at=None).values("currency")
    due = running.filter(state__in=states.BILLABLE, next_due_at__lt=before).exclude(
        currency__in=held
    )
    due = holds.without_disputed(due)
    ending = running.filter(cancel_at__lt=before)
    unasked_money = Payment.objects.filter(
        state=Payment.SUCCEEDED,
        bill__state__in=(Bill.VOID, Bill.WRITTEN_OFF),
        settled_at__lt=before,
        amount__gt=sum_of(
            Refund.objects.filter(payment=OuterRef("pk")).exclude(state=Refund.DECLINED), "amount"
        ),
    )
    return [
        *named(due, _("%(id)s: is due and was not billed")),
        *named(ending, _("%(id)s: was cancelled and has not ended")),
        *named(unasked_money, _("%(id)s: came for a closed bill and was not given back")),
    ]
