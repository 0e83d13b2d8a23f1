"""I14: whoever is charged was told of it before, where a law or a card scheme wants it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, StrIndex
from django.utils.translation import gettext as _

from wainwright.billing.models import Period, Subscription
from wainwright.billing.standing import in_time
from wainwright.consumer_law import notices
from wainwright.core import clock
from wainwright.core.dates import INTERVALS, add_days
from wainwright.core.models import AuditRow
from wainwright.core.prepared import prepared
from wainwright.letters.models import Letter
from wainwright.reports.invariants.found import Found, rows

# Notices are looked for every hour; and what is charged much later than due was missed by all.
SLACK, A_DAY = timedelta(hours=3), timedelta(hours=25)

# What happened since the payment before may have left a notice no day to be written on.
_TURNS = (
    "subscription.cancellation_asked",
    "subscription.cancellation_undone",
    "subscription.cancelled",
    "subscription.paused",
    "subscription.bill_day_chosen",
    "subscription.plan_change_asked",
    "subscription.plan_changed",
    "subscription.plan_kept",
)
_ASKED, _CHANGED = "subscription.plan_change_asked", "subscription.plan_changed"
_PLAN = ("price_id", "quantity", "amount", "interval")

type Schedule = tuple[tuple[str, tuple[int, ...]], ...]  # days before each payment, by interval


def charges_are_told_of() -> Found:
    """The charge that the running period began with was told of on each day of the schedule, but
    where its course was changed meanwhile. A letter counts when it is written."""
    today = clock.now().date()
    of_each = ((each, tuple(notices.of_renewal(each, today))) for each in INTERVALS)
    schedule = tuple((interval, days) for interval, days in of_each if days)
    return Found(
        _charged.count(schedule=schedule),
        [
            _("%(subscription)s: was charged on %(day)s without its notice")
            % {"subscription": each.public_id, "day": each.current_start.date().isoformat()}
            for each in _untold(schedule=schedule)
            if _had_to_be_told(each)
        ],
    )


@prepared
def _charged(*, schedule: Schedule) -> QuerySet[Any]:
    """What is told of before it is charged: trials, and what renews seldom till it is cancelled."""
    told = _after_trial()
    for interval, _days in schedule:
        told |= _renewed(interval)
    return rows(Subscription).filter(told, ended_at=None)


def _after_trial() -> Q:
    return Q(payments_made=1, trial_ends_at=F("current_start"))


def _renewed(interval: str) -> Q:
    return Q(interval=interval, payments_total=None, payments_made__gt=1)


@prepared
def _untold(*, schedule: Schedule) -> QuerySet[Any]:
    """Of these what lacks a letter: since when it could be told of (`from_at`), when it was charged
    (`charged_at`), whether its course changed meanwhile (`turned`), and which letters it has."""
    days_before = {day for _interval, days in schedule for day in days}
    has = {f"has_{day}": Exists(_notice("renewal_ahead", day)) for day in days_before}
    lacks = _after_trial() & Q(has_0=False)
    for interval, days in schedule:
        for day in days:
            lacks |= _renewed(interval) & Q(**{f"has_{day}": False})
    periods = rows(Period).filter(subscription=OuterRef("pk"), void=False)
    before = periods.filter(ends_at=OuterRef("current_start"))
    paid = rows(AuditRow).filter(subject=OuterRef("before"), action="bill.paid")
    turns = rows(AuditRow).filter(subject=OuterRef("public_id"), action__in=_TURNS)
    known = _charged.plain(schedule=schedule).annotate(
        has_0=Exists(_notice("trial_ending", 0)),
        **has,
        before=Subquery(before.values("bill__public_id")[:1]),
        from_at=Subquery(before.values("bill__closed_at")[:1]),
        charged_at=Subquery(
            periods.filter(starts_at=OuterRef("current_start")).values("bill__opened_at")[:1]
        ),
    )
    return known.filter(lacks).annotate(
        paid_row=Subquery(paid.values("pk")[:1]),
        turned=Exists(turns.filter(pk__gt=OuterRef("paid_row"))),
    )


def _notice(kind: str, days: int) -> QuerySet[Any]:
    """The letter of a subscription about its last payment, so many days before it."""
    number = Cast(OuterRef("payments_made") - 1, CharField())
    about = (OuterRef("public_id"), Value(f":{kind}:"), number, Value(f":{days}"))
    return rows(Letter).filter(cause=Concat(*about, output_field=CharField()), kind=kind)


def _had_to_be_told(each: Any) -> bool:
    if each.turned or each.from_at is None or each.charged_at is None:
        return False
    if each.charged_at > each.current_start + A_DAY:
        return False
    return any(each.from_at + SLACK <= moment for moment in _moments(each))


def _moments(each: Any) -> list[datetime]:
    """When it was to be told of, by what was law then, as far as no letter did."""
    due, zone = each.current_start, each.zone
    if each.payments_made == 1:
        return [notices.of_trial(each.started_at, due, zone)]
    return [
        moment
        for day in sorted(notices.all_days(due.date()))
        if not getattr(each, f"has_{day}", True)
        and day in notices.of_renewal(each.interval, _day(due, day))
        for moment in [add_days(due, -day, zone)]
    ]


def _day(due: datetime, before: int) -> date:
    return (due - timedelta(days=before)).date()


def raised_prices_are_told_of() -> Found:
    """A seller's higher price is in force only where its notice was sent, and in time."""
    raised = _raised()
    return Found(
        len(raised),
        [
            _("%(subscription)s: is charged a higher price without its notice")
            % {"subscription": each.public_id}
            for each in raised
            if _is_in_force(each) and not _is_in_time(each)
        ],
    )


@prepared
def _raised() -> QuerySet[Any]:
    """What the seller raised last, with the `plan` that he chose and when its notice was sent."""
    plans = rows(AuditRow).filter(subject=OuterRef("public_id"), action__in=(_ASKED, _CHANGED))
    asked = rows(AuditRow).filter(pk=OuterRef("last_row"), action=_ASKED, detail__waits=True)
    told = rows(Letter).filter(customer=OuterRef("customer_id"), kind="price_change")
    of_it = Concat(OuterRef("public_id"), Value(":"))
    its_plan = Concat(
        *(Value(":"), Cast(OuterRef("price_id"), CharField())),
        *(Value("x"), Cast(OuterRef("quantity"), CharField()), Value(":")),
        output_field=CharField(),
    )
    told = told.annotate(
        begins=StrIndex("cause", of_it), ends=StrIndex(Concat("cause", Value(":")), its_plan)
    ).filter(begins=1, ends__gt=0, sent_at__isnull=False)
    running = rows(Subscription).filter(ended_at=None)
    known = running.annotate(last_row=Subquery(plans.order_by("-pk").values("pk")[:1]))
    return known.filter(Exists(asked)).annotate(
        plan=Subquery(asked.values("detail")[:1]),
        told_at=Subquery(told.order_by("sent_at").values("sent_at")[:1]),
    )


def _is_in_force(each: Any) -> bool:
    return all(getattr(each, name) == each.plan[name] for name in _PLAN)


def _is_in_time(each: Any) -> bool:
    return each.told_at is not None and in_time(each.told_at, each.zone) <= each.current_start
