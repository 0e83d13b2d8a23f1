"""States, dates and happenings as sentences, in the reader's language and zone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as calendar_date
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from wainwright.billing import events, states
from wainwright.billing.models import Subscription
from wainwright.billing.standing import Plan
from wainwright.billing.switching import begins_at
from wainwright.catalog.models import Price
from wainwright.core.money import Money
from wainwright.hub.history import Moment
from wainwright.hub.overview import Card, Next
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.payments.bills import draft_of
from wainwright.payments.models import Bill, BillLine
from wainwright.sales.totals import Totals
from wainwright.web.formats import date, money, month, percent, short_date
from wainwright.web.sentences import line_words, why_declined


def badge(subscription: Subscription) -> str:
    """The state of a badge where something is out of the ordinary; else the sentence is enough."""
    if subscription.ending:
        return "ending"
    ordinary = (states.ACTIVE, *states.ENDED)
    return "" if subscription.state in ordinary else subscription.state


def state(subscription: Subscription) -> str:
    """One sentence: how it stands and until when."""
    if subscription.ended_at:
        return _ended(subscription)
    if subscription.cancel_at:
        return _("Cancelled, yours until %(date)s.") % {"date": date(subscription.cancel_at)}
    if subscription.state == states.PAUSED and subscription.paused_at:
        return _paused(subscription.paused_at, subscription.resume_at)
    if subscription.state == states.PAST_DUE:
        return _("A payment has been overdue since %(date)s.") % {
            "date": date(subscription.current_end)
        }
    return _running(subscription)


def _paused(since: datetime, until: datetime | None) -> str:
    if until is None:
        return _("Paused since %(date)s. Nothing is charged until it is resumed.") % {
            "date": date(since)
        }
    return _("Paused until %(date)s. Nothing is charged before.") % {"date": date(until)}


def planned(subscription: Subscription) -> str:
    """The plan that was chosen for the next period on, if any."""
    if subscription.then is None:
        return ""
    return _("From %(date)s on you have %(plan)s.") % {
        "date": date(subscription.resume_at or begins_at(subscription)),
        "plan": Plan(**subscription.then).words,
    }


def _ended(subscription: Subscription) -> str:
    day = {"date": date(subscription.ended_at)} if subscription.ended_at else {"date": ""}
    if subscription.state == states.COMPLETED:
        made = subscription.payments_made
        return ngettext(
            "Completed on %(date)s: the one payment is made.",
            "Completed on %(date)s: all %(made)s payments are made.",
            made,
        ) % {**day, "made": made}
    if subscription.cancel_source == "dunning":
        return _("Ended on %(date)s, because a payment failed.") % day
    return _("Cancelled, ended on %(date)s.") % day


def _running(subscription: Subscription) -> str:
    if subscription.next_due_at is None:
        return _("Active.")
    words = {
        "date": date(subscription.next_due_at),
        "made": subscription.payments_made,
        "total": subscription.payments_total,
    }
    if subscription.state == states.TRIALING:
        return _("Trial until %(date)s, then the first payment.") % words
    if subscription.payments_total is not None:
        return _("%(made)s of %(total)s paid, the next on %(date)s.") % words
    return _("Active, renews on %(date)s.") % words


@dataclass(frozen=True, slots=True)
class Charge:
    """What is charged next: `lines` are words and sums that add up to `sum`."""

    name: str
    at: datetime
    sum: Money
    lines: list[tuple[str, Money]]


def charge(coming: Next) -> Charge:
    return _charge(coming.subscription.name, coming.at, coming.totals)


def owed(bill: Bill, rows: Sequence[BillLine]) -> Charge:
    """An open bill, as it will be charged."""
    lines = tuple(draft_of(row, bill.currency) for row in rows)
    names = dict.fromkeys(row.description for row in rows if row.gross >= 0)
    return _charge(", ".join(names), bill.due_at, Totals(lines, bill.currency))


def _charge(name: str, at: datetime, totals: Totals) -> Charge:
    lines = [(line_words(line), line.net if totals.tax else line.gross) for line in totals.lines]
    taxes = [(tax(row.percent), row.tax) for row in totals.taxes if row.tax]
    return Charge(name, at, totals.gross, lines + taxes)


def tax(rate: Decimal) -> str:
    return _("Tax %(percent)s %%") % {"percent": percent(rate)}


def card(saved: Card) -> tuple[str, str, str]:
    """Its name, what it pays, and until when it works."""
    names = ", ".join(each.name for each in saved.pays)
    until = ""
    if saved.method.exp_year and saved.method.exp_month:
        last = month(calendar_date(saved.method.exp_year, saved.method.exp_month, 1))
        until = _("works until %(month)s") % {"month": last}
    uses = _("Pays %(names)s") % {"names": names} if names else _("Pays nothing at the moment")
    return saved.method.label, uses, until


def document(issued: Document, names: str) -> str:
    """Its day, what it is, and what for."""
    what = (
        _("Credit note for %(names)s") if issued.kind == CREDIT_NOTE else _("Invoice for %(names)s")
    )
    return f"{short_date(issued.issued_on)} · {what % {'names': names}}"


_KINDS = {
    Price.ONE_TIME: gettext_lazy("Single purchases"),
    Price.SUBSCRIPTION: gettext_lazy("Subscriptions"),
    Price.LIMITED: gettext_lazy("Limited plans"),
    Price.SPLIT: gettext_lazy("Split payments"),
}


def kind(name: str) -> str:
    """Of a purchase, as a filter calls it."""
    return str(_KINDS[name])


def _until(happened: Moment) -> str:
    return _("Until %(date)s") % {"date": date(happened.until)} if happened.until else ""


def moment(happened: Moment) -> tuple[str, str, str, str]:
    """What happened: title, detail, icon and kind of a timeline's event."""
    amount = money(happened.amount) if happened.amount else ""
    return {
        "started": (_("Started"), "", "plus", ""),
        "paid": (_("%(sum)s paid") % {"sum": amount}, "", "check", "good"),
        "declined": (
            _("A payment of %(sum)s was declined") % {"sum": amount},
            why_declined(happened.decline) if happened.kind == "declined" else "",
            "alert",
            "bad",
        ),
        "pending": (
            _("A payment of %(sum)s is on its way") % {"sum": amount},
            _("The bank has not answered yet."),
            "hourglass",
            "",
        ),
        "refunded": (_("%(sum)s refunded") % {"sum": amount}, "", "back", ""),
        "charged_back": (_("%(sum)s charged back by your bank") % {"sum": amount}, "", "back", ""),
        "reversed": (
            _("Your bank took its chargeback of %(sum)s back") % {"sum": amount},
            "",
            "repeat",
            "",
        ),
        events.SubscriptionPaused.name: (_("Paused"), _until(happened), "pause", ""),
        events.SubscriptionResumed.name: (_("Resumed"), "", "repeat", ""),
        events.PlanChanged.name: (
            _("Changed to %(plan)s") % {"plan": happened.plan},
            "",
            "repeat",
            "",
        ),
        events.PlanChangeAsked.name: (
            _("Change to %(plan)s asked for") % {"plan": happened.plan},
            _("From %(date)s on") % {"date": date(happened.until)} if happened.until else "",
            "clock",
            "",
        ),
        events.PlanKept.name: (_("Planned change taken back"), "", "repeat", ""),
        events.PlanChangeFailed.name: (
            _("The change to %(plan)s could not be paid") % {"plan": happened.plan},
            why_declined(happened.decline),
            "alert",
            "bad",
        ),
        events.BillDayChosen.name: (
            _("Moved to day %(day)s of the month") % {"day": happened.day},
            _("From %(date)s on") % {"date": date(happened.until)} if happened.until else "",
            "clock",
            "",
        ),
        events.CancellationAsked.name: (_("Cancelled for the end of the period"), "", "stop", ""),
        events.CancellationUndone.name: (_("Cancellation taken back"), "", "repeat", ""),
        events.SubscriptionCancelled.name: (pgettext("subscription", "Ended"), "", "stop", ""),
        events.SubscriptionCompleted.name: (_("All payments made"), "", "check", ""),
        events.SubscriptionReactivated.name: (_("Brought back"), "", "repeat", ""),
        events.MethodReplaced.name: (_("Payment method replaced"), "", "card", ""),
    }[happened.kind]
