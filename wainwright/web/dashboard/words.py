"""What the dashboard calls things."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from wainwright.billing import states
from wainwright.billing.cancellation import said_in
from wainwright.billing.models import Subscription
from wainwright.billing.standing import Plan
from wainwright.billing.switching import begins_at
from wainwright.catalog.models import INTERVAL_NAMES, Price
from wainwright.core.money import Money
from wainwright.sales.models import Entry, Line
from wainwright.web import formats
from wainwright.web.sentences import from_where


def state_of(subscription: Subscription) -> str:
    """The badge's word: its state, or ending where it is cancelled and runs on."""
    return "ending" if subscription.ending else subscription.state


def state_sentence(subscription: Subscription) -> str:
    """How it stands, in words and dates."""
    sub = subscription
    if sub.state == states.CANCELLED and sub.ended_at:
        return _("Cancelled, ended on %(date)s.") % {"date": formats.date(sub.ended_at)}
    if sub.state == states.COMPLETED and sub.ended_at:
        return _("Completed on %(date)s: every payment was made.") % {
            "date": formats.date(sub.ended_at)
        }
    if sub.ending and sub.cancel_at:
        return _("Cancelled, runs until %(date)s and is not charged again.") % {
            "date": formats.date(sub.cancel_at)
        }
    if sub.state == states.PAUSED and sub.paused_at:
        return _paused(sub.paused_at, sub.resume_at)
    if sub.state == states.PAST_DUE:
        return _past_due(sub)
    return _running(sub)


def planned(subscription: Subscription) -> str:
    """The plan that was chosen for the next period on, if any."""
    if subscription.then is None:
        return ""
    said = (
        _("From %(date)s on: %(plan)s, if the customer was told in time; the old price until then")
        if subscription.then_waits and subscription.then_told_for is None
        else _("From %(date)s on: %(plan)s")
    )
    return said % {
        "date": formats.date(subscription.resume_at or begins_at(subscription)),
        "plan": Plan(**subscription.then).words,
    }


def _paused(since: datetime, until: datetime | None) -> str:
    if until is None:
        return _("Paused since %(date)s: nothing is charged until it is resumed.") % {
            "date": formats.date(since)
        }
    return _("Paused until %(date)s: nothing is charged before.") % {"date": formats.date(until)}


def _past_due(sub: Subscription) -> str:
    if sub.next_due_at is None:
        return _("Payment overdue.")
    return ngettext(
        "Payment overdue after %(count)s declined try; the next is on %(date)s.",
        "Payment overdue after %(count)s declined tries; the next is on %(date)s.",
        sub.failures,
    ) % {"count": sub.failures, "date": formats.date(sub.next_due_at)}


def _running(sub: Subscription) -> str:
    if sub.state == states.TRIALING and sub.trial_ends_at:
        return _("In trial until %(date)s.") % {"date": formats.date(sub.trial_ends_at)}
    if sub.next_due_at is None:
        return _("Active.")
    date = formats.date(sub.next_due_at)
    if sub.payments_total is None:
        return _("Active, renews on %(date)s.") % {"date": date}
    return _("%(made)s of %(total)s paid, the next on %(date)s.") % {
        "made": sub.payments_made,
        "total": sub.payments_total,
        "date": date,
    }


def price_sentence(price: Price) -> str:
    """The whole of a price: what today, what later, how often, how many times."""
    today = _today(price)
    if not price.recurs:
        return today
    if price.kind == Price.SPLIT:
        later = _("%(count)s payments of %(sum)s, %(often)s")
    elif price.kind == Price.LIMITED:
        later = _("%(sum)s %(often)s, %(count)s times")
    else:
        later = _("%(sum)s %(often)s until cancelled")
    later = later % {
        "sum": formats.money(price.regular),
        "often": INTERVAL_NAMES[price.interval],
        "count": price.payments_total,
    }
    if price.trial_days or price.first is not None:
        return _("%(today)s, then %(later)s") % {"today": today, "later": later}
    return later


def _today(price: Price) -> str:
    first: Money = price.regular if price.first is None else price.first
    if not price.trial_days:
        return (
            _("%(sum)s today") % {"sum": formats.money(first)}
            if price.recurs
            else formats.money(first)
        )
    days = {"days": price.trial_days, "sum": formats.money(first)}
    if not first:
        return ngettext("%(days)s day free", "%(days)s days free", price.trial_days) % days
    return (
        ngettext("%(sum)s for %(days)s day", "%(sum)s for %(days)s days", price.trial_days) % days
    )


def who(by: str, place: str, reason: str = "") -> str:
    """Who did something, from where and why, as far as it is known."""
    did = _("%(source)s, by %(who)s") % {"source": from_where(place), "who": by} if place else ""
    return " · ".join(part for part in (did, reason) if part)


_ENTRY_KINDS = {
    "charge": gettext_lazy("Charge"),
    "rebill": gettext_lazy("Renewal"),
    "refund": gettext_lazy("Refund"),
    "chargeback": gettext_lazy("Chargeback"),
    "fee": gettext_lazy("Chargeback fee"),
    "cancel": gettext_lazy("Cancellation"),
}


def entry_kind(kind: str) -> str:
    """One word for a kind of rows in the ledger."""
    return str(_ENTRY_KINDS[kind])


def entry_word(entry: Entry) -> str:
    """The same for one row, which may take back what another one booked."""
    if entry.gross > 0 and entry.kind == Entry.CHARGEBACK:
        return _("Chargeback reversed")
    if entry.gross > 0 and entry.kind == Entry.FEE:
        return _("Chargeback fee given back")
    return entry_kind(entry.kind)


def entry_note(entry: Entry) -> str:
    """Of a cancellation, who asked for it, from where and why."""
    if entry.kind != Entry.CANCEL:
        return entry.note
    by, source, reason = said_in(entry.note)
    return who(by, source, reason)


def sums(amounts: list[Money]) -> str:
    """Sums of several currencies, one after the other."""
    return ", ".join(formats.money(amount) for amount in amounts)


def net_tax_total(row: Entry | Line) -> tuple[Money, Money, Money]:
    return (
        Money(row.net, row.currency),
        Money(row.tax, row.currency),
        Money(row.gross, row.currency),
    )


def percent(rate: Decimal) -> str:
    """19 or 7.7, without zeros that say nothing."""
    return f"{rate.normalize():f}"
