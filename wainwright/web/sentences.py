"""Sentences that pages and both parts of letters share, in the language and zone active now."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wainwright.billing.aligning import Way
from wainwright.core.money import Money
from wainwright.payments.bills import LineDraft
from wainwright.web import formats


class Plan(Protocol):
    """What is said of an arrangement with future payments; `last_at` is set where `total` is."""

    @property
    def interval(self) -> str: ...
    @property
    def regular(self) -> Money: ...
    @property
    def made(self) -> int: ...
    @property
    def total(self) -> int | None: ...
    @property
    def trial_ends_at(self) -> datetime | None: ...
    @property
    def next_at(self) -> datetime | None: ...
    @property
    def last_at(self) -> datetime | None: ...
    @property
    def cancellable(self) -> bool: ...


def next_payment(plan: Plan) -> str:
    """What is charged next, how often and until when, with calendar dates."""
    if plan.next_at is None:
        return _("Nothing more will be charged for it.")
    if plan.total is None:
        return _endless(plan, plan.next_at)
    return _limited(plan, plan.next_at, plan.total)


def _endless(plan: Plan, next_at: datetime) -> str:
    if plan.trial_ends_at:
        return _(
            "The trial runs until %(end)s. From then on it costs %(sum)s %(each)s until you cancel;"
            " the first payment is due on %(date)s."
        ) % _words(plan, next_at)
    return _(
        "It renews by itself and costs %(sum)s %(each)s until you cancel; the next payment is due"
        " on %(date)s."
    ) % _words(plan, next_at)


def _limited(plan: Plan, next_at: datetime, total: int) -> str:
    words = _words(plan, next_at)
    if plan.trial_ends_at:
        return (
            ngettext(
                "The trial runs until %(end)s. Then %(count)s payment of %(sum)s follows, on"
                " %(date)s. After that nothing more is charged.",
                "The trial runs until %(end)s. Then %(count)s more of %(sum)s %(each)s follow,"
                " the first on %(date)s, the last on %(last)s. After that nothing more is charged.",
                total - plan.made,
            )
            % words
        )
    return (
        ngettext(
            "%(made)s of %(total)s payments are made. The last, %(sum)s, is due on %(date)s. After"
            " that nothing more is charged.",
            "%(made)s of %(total)s payments are made. %(count)s more of %(sum)s %(each)s follow,"
            " the next on %(date)s, the last on %(last)s. After that nothing more is charged.",
            total - plan.made,
        )
        % words
    )


def _words(plan: Plan, next_at: datetime) -> dict[str, str | int]:
    return {
        "sum": formats.money(plan.regular),
        "each": formats.interval(plan.interval),
        "date": formats.date(next_at),
        "end": formats.date(plan.trial_ends_at) if plan.trial_ends_at else "",
        "last": formats.date(plan.last_at) if plan.last_at else "",
        "made": plan.made,
        "total": plan.total or 0,
        "count": (plan.total or 0) - plan.made,
    }


def way_to_bill_day(way: Way) -> str:
    """How one subscription comes to its bill day: its next payment, and those after it."""
    words = {
        "name": way.name,
        "sum": formats.money(way.sum),
        "date": formats.date(way.at),
        "until": formats.date(way.until) if way.until else "",
        "regular": formats.money(way.regular),
        "each": formats.interval(way.interval),
    }
    if way.until is None:
        return _("%(name)s: %(regular)s %(each)s, the next time on %(date)s.") % words
    return (
        _(
            "%(name)s: %(sum)s on %(date)s for the time until %(until)s; from then on"
            " %(regular)s %(each)s."
        )
        % words
    )


def how_to_cancel(plan: Plan) -> str:
    """Whether and until when it can be left, and what that spares."""
    if plan.next_at is None:
        return ""
    if not plan.cancellable:
        return _(
            "This is one price paid in parts, so it cannot be cancelled online. If something is"
            " not right, please write to us."
        )
    return _(
        "You can cancel online at any time, without giving a reason. Cancel before %(date)s and"
        " nothing more is charged."
    ) % {"date": formats.date(plan.next_at)}


def line_words(line: LineDraft) -> str:
    """A bill's line: how many of what, and for which time."""
    name = line.description if line.quantity == 1 else f"{line.quantity} × {line.description}"
    if line.period_start is None or line.period_end is None:
        return name
    return _("%(name)s, %(start)s to %(end)s") % {
        "name": name,
        "start": formats.date(line.period_start),
        "end": formats.date(line.period_end),
    }


def why_declined(code: str) -> str:
    """Why a payment did not go through, without accusing anybody."""
    return {
        "insufficient_funds": _("There was not enough money on the account or card."),
        "try_again": _("The bank could not answer at that moment."),
        "authentication_required": _("The bank wants you to confirm the payment yourself."),
        "expired_card": _("The card has expired."),
        "invalid_card": _("The card's details are not valid any more."),
        "method_gone": _("The saved payment method no longer exists."),
        "do_not_retry": _("The bank does not allow this card to be charged any more."),
        "limit": _("The payment went beyond a limit."),
    }.get(code, _("The bank declined the payment without saying why."))


def from_where(source: str) -> str:
    """From where something was done, to those who sell."""
    return {
        "hub": _("in the customer's hub"),
        "dashboard": _("in the dashboard"),
        "statement": _("by a statement on the public page"),
        "api": _("through the API"),
        "gateway": _("at the payment gateway"),
        "dunning": _("after payments failed"),
        "refund": _("after its money went back"),
        "chargeback": _("after a lost chargeback"),
    }.get(source, source)


# From where a customer acts himself.
BY_CUSTOMER = ("hub", "statement")


def who_cancelled(seller: str, source: str, at: datetime, reason: str = "") -> str:
    """Who cancelled something, from where and when, to the customer.

    The reason is told only where it is his own: what the seller noted is not meant for him.
    """
    said = {
        "hub": _("You cancelled it in your hub on %(moment)s."),
        "statement": _("You cancelled it by a statement on our page on %(moment)s."),
        "api": _("%(seller)s cancelled it from its own systems on %(moment)s."),
        "gateway": _("It was cancelled at the payment service on %(moment)s."),
        "refund": _("It was ended on %(moment)s, because the money for it went back."),
        "chargeback": _("It was ended on %(moment)s, after a chargeback."),
    }.get(source, _("%(seller)s cancelled it in its dashboard on %(moment)s."))
    said %= {"seller": seller, "moment": formats.datetime(at)}
    if reason and source in BY_CUSTOMER:
        said += " " + _("Reason: %(reason)s") % {"reason": reason}
    return said


class Notice(Protocol):
    """What is told of a charge to come, an open bill or a card; `at` is its day or last month."""

    @property
    def kind(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def item_name(self) -> str: ...
    @property
    def vendor_name(self) -> str: ...
    @property
    def days(self) -> int: ...
    @property
    def sum(self) -> Money | None: ...
    @property
    def at(self) -> datetime | None: ...
    @property
    def card(self) -> str: ...


def notice_headline(notice: Notice) -> str:
    """The subject of a notice and its first line."""
    headline = {
        "renewal_ahead": _("%(item_name)s: %(sum)s on %(date)s"),
        "trial_ending": _("Your trial of %(item_name)s ends on %(date)s"),
        "price_change": _("%(item_name)s costs %(sum)s from %(date)s on"),
        "overdue": _("%(sum)s for %(item_name)s is still open"),
        "card_expiring": _("Your card %(card)s expires soon"),
        "card_expired": _("Your card %(card)s has expired"),
    }[notice.kind]
    return headline % _facts(notice)


def notice_text(notice: Notice) -> str:
    """What the notice says where the seller has no words of his own."""
    said = {
        "renewal_ahead": ngettext(
            "In %(days)s day, on %(date)s, %(sum)s for %(item_name)s is charged.",
            "In %(days)s days, on %(date)s, %(sum)s for %(item_name)s is charged.",
            notice.days,
        ),
        "trial_ending": ngettext(
            "In %(days)s day, on %(date)s, the first payment of %(sum)s is charged.",
            "In %(days)s days, on %(date)s, the first payment of %(sum)s is charged.",
            notice.days,
        ),
        "price_change": _(
            "%(vendor_name)s has changed your plan. On %(date)s, %(sum)s for %(item_name)s is"
            " charged for the first time."
        ),
        "overdue": _(
            "It fell due on %(date)s. In your hub you can pay it now, on another day, or in parts."
        ),
        "card_expiring": _(
            "It works until the end of %(month)s and pays %(item_name)s. Please give another one"
            " before then."
        ),
        "card_expired": _(
            "It worked until the end of %(month)s and was to pay %(item_name)s. Please give another"
            " one, so that the next payment does not fail."
        ),
    }[notice.kind]
    return said % _facts(notice)


def in_own_words(text: str, notice: Notice) -> str:
    """The seller's text with its placeholders filled in; what is none stays as it is."""
    for name, value in _facts(notice).items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _facts(notice: Notice) -> dict[str, str | int]:
    return {
        "name": notice.name,
        "item_name": notice.item_name,
        "vendor_name": notice.vendor_name,
        "days": notice.days,
        "sum": formats.money(notice.sum) if notice.sum else "",
        "date": formats.date(notice.at) if notice.at else "",
        "month": formats.month(notice.at) if notice.at else "",
        "card": notice.card,
    }


GLOBALS = {
    "notice_headline": notice_headline,
    "notice_text": notice_text,
    "in_own_words": in_own_words,
    "next_payment": next_payment,
    "how_to_cancel": how_to_cancel,
    "way_to_bill_day": way_to_bill_day,
    "why_declined": why_declined,
    "BY_CUSTOMER": BY_CUSTOMER,
    "from_where": from_where,
    "who_cancelled": who_cancelled,
}
