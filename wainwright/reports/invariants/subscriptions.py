"""I5, I6 and I12: periods follow each other, end with the subscription, and are billed in time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Coalesce, Lead
from django.utils.translation import gettext as _

from wainwright.billing import holds, states
from wainwright.billing.models import Ending, Hold, Pause, Period, Subscription
from wainwright.core import clock, tenancy
from wainwright.core.models import SweepMark
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.models import Bill, Payment, Refund, Restore
from wainwright.reports.invariants.found import Found, ids, named, rows, sum_of

PATIENCE, A_DAY = timedelta(minutes=10), timedelta(hours=25)


def periods_tile() -> Found:
    """Each live period begins where the one before ended, but for a recorded pause."""
    return Found(
        _live_periods.count(),
        [
            _("%(subscription)s: a period ends %(end)s and the next begins %(start)s")
            % {
                "subscription": period.subscription.public_id,
                "end": period.ends_at.isoformat(),
                "start": period.next_start.isoformat(),
            }
            for period in _apart()
            if not _left_out(period.subscription_id, period.ends_at, period.next_start)
        ],
    )


@prepared
def _live_periods() -> QuerySet[Period]:
    return rows(Period).filter(void=False)


@prepared
def _apart() -> QuerySet[Any]:
    following = Window(
        Lead("starts_at"), partition_by="subscription_id", order_by=("starts_at", "pk")
    )
    follows = _live_periods.plain().annotate(next_start=following)
    apart = follows.filter(next_start__isnull=False).exclude(next_start=F("ends_at"))
    return apart.select_related("subscription")


def _left_out(subscription_id: int, end: datetime, start: datetime) -> bool:
    """A gap is explained by a pause that reaches into it, by an end that was taken back, or by the
    seller's word on what was missed; an overlap by nothing."""
    reasons = (_pauses, _endings, _skips)
    return start > end and any(reason(subscription_id, end, start) for reason in reasons)


@prepared
def _pauses(subscription: Slot, end: Slot, start: Slot) -> QuerySet[Pause, int]:
    lasts = Q(ended_at=None) | Q(ended_at__gte=end)
    pauses = rows(Pause).filter(lasts, subscription=subscription, started_at__lte=start)
    return pauses.values_list("pk", flat=True)


@prepared
def _endings(subscription: Slot, end: Slot, start: Slot) -> QuerySet[Ending, int]:
    endings = rows(Ending).filter(subscription=subscription, ended_at__lte=start, back_at__gte=end)
    return endings.values_list("pk", flat=True)


@prepared
def _skips(subscription: Slot, end: Slot, start: Slot) -> QuerySet[Hold, int]:
    held = Q(since__lte=start) | Q(opened_at__lte=start)
    holds = rows(Hold).filter(held, subscription=subscription, decided_at__gte=end)
    left_out = holds.exclude(kind=Hold.CREDIT).filter(decision__in=(Hold.ONE, Hold.SKIP))
    return left_out.values_list("pk", flat=True)


def nothing_charged_after_the_end() -> Found:
    """From the moment a cancellation is asked for, no attempt begins for a period that would begin
    when it has ended, and once it has ended none at all.

    No row says when the gateway was called for what had begun before: that is given up if its call
    had not left (payments.charging looks at its bill last), and what comes of a call that had left
    goes back, as `nothing_late` holds.
    """
    return Found(
        _stopped.count(),
        [
            _("%(payment)s: was begun after %(subscription)s was cancelled")
            % {"payment": payment, "subscription": subscription}
            for subscription, payment in _charged_late()
        ],
    )


@prepared
def _stopped() -> QuerySet[Any]:
    stopped_at = Coalesce("subscription__cancel_asked_at", "subscription__ended_at")
    return rows(Period).annotate(stopped_at=stopped_at).filter(stopped_at__isnull=False)


@prepared
def _charged_late() -> QuerySet[Any, Any]:
    late = _stopped.plain().filter(
        Q(starts_at__gte=F("subscription__cancel_at"))
        | Q(bill__payments__started_at__gt=F("subscription__ended_at"))
        | Q(subscription__cancel_at=None),
        bill__payments__account_id=F("account_id"),  # by which SQLite finds them
        bill__payments__purpose=Payment.RENEWAL,
        bill__payments__started_at__gt=F("stopped_at"),
    )
    return late.values_list("subscription__public_id", "bill__payments__public_id")


def nothing_late() -> Found:
    """At the end of its last sweep nothing due had waited for more than ten minutes, but for what
    waits since a restore until the owner resumes billing."""
    account_id, checked, broken = tenancy.current().account_id, 0, []
    for mode, finished_at in _sweeps():
        with tenancy.scope(account_id, mode):
            before = finished_at - PATIENCE
            checked += _running.count()
            if not _paused(finished_at):
                broken += [
                    *named(_due(before), _("%(id)s: is due and was not billed")),
                    *named(
                        _money_unasked(before),
                        _("%(id)s: came for a closed bill and was not given back"),
                    ),
                ]
            broken += [
                *named(_ending(before), _("%(id)s: was cancelled and has not ended")),
                # A bill takes along what falls due later on its day.
                *named(_early(clock.now() + A_DAY), _("%(id)s: its period begins in the future")),
            ]
    return Found(checked, broken)


@prepared
def _sweeps() -> QuerySet[SweepMark, Any]:
    return rows(SweepMark).values_list("mode", "finished_at")


@prepared
def _paused(at: Slot) -> QuerySet[Restore, int]:
    """Restores after which billing was paused then."""
    rests = Q(resumed_at=None) | Q(resumed_at__gte=at)
    return Restore.objects.filter(rests).values_list("pk", flat=True)


@prepared
def _running() -> QuerySet[Subscription]:
    return Subscription.objects.filter(ended_at=None)


@prepared
def _due(before: Slot) -> QuerySet[Subscription, str]:
    held = Hold.objects.filter(kind=Hold.RUN, decided_at=None).values("currency")
    due = _running.plain().filter(state__in=states.BILLABLE, next_due_at__lt=before)
    return ids(holds.without_stopped(due.exclude(currency__in=held)))


@prepared
def _ending(before: Slot) -> QuerySet[Subscription, str]:
    return ids(_running.plain().filter(cancel_at__lt=before))


@prepared
def _money_unasked(before: Slot) -> QuerySet[Payment, str]:
    given = Refund.objects.filter(payment=OuterRef("pk")).exclude(state=Refund.DECLINED)
    unasked = Payment.objects.filter(
        state=Payment.SUCCEEDED,
        bill__state__in=(Bill.VOID, Bill.WRITTEN_OFF),
        settled_at__lt=before,
        amount__gt=sum_of(given, "amount"),
    )
    return ids(unasked)


@prepared
def _early(after: Slot) -> QuerySet[Subscription, str]:
    return ids(_running.plain().filter(current_start__gt=after))
