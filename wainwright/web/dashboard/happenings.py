"""What happened, in the seller's words: a subscription's history, a customer's story."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from wainwright.billing import events as billing
from wainwright.billing.models import Pause
from wainwright.hub.history import Moment
from wainwright.letters.kinds import KINDS
from wainwright.reports.timeline import Happening
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.sentences import why_declined


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a timeline."""

    at: datetime
    title: str
    detail: str = ""
    icon: str = "dot"
    kind: str = ""
    href: str = ""


def told(moment: Moment) -> Told:
    """A moment of one subscription."""
    amount = formats.money(moment.amount) if moment.amount else ""
    document = moment.document
    href = reverse("dashboard:document_pdf", args=[document.public_id]) if document else ""
    title, icon, kind = {
        "started": (_("Started"), "check", ""),
        "paid": (_("%(sum)s paid") % {"sum": amount}, "card", "good"),
        "declined": (_("%(sum)s declined") % {"sum": amount}, "alert", "bad"),
        "pending": (_("%(sum)s not decided yet") % {"sum": amount}, "hourglass", "warn"),
        "refunded": (_("%(sum)s given back") % {"sum": amount}, "back", ""),
        "charged_back": (_("%(sum)s charged back") % {"sum": amount}, "alert", "bad"),
        "reversed": (_("Chargeback of %(sum)s reversed") % {"sum": amount}, "repeat", "good"),
        billing.SubscriptionPaused.name: (_("Paused"), "pause", ""),
        billing.SubscriptionResumed.name: (_("Resumed"), "repeat", ""),
        billing.PlanChanged.name: (_("Changed to %(plan)s") % {"plan": moment.plan}, "repeat", ""),
        billing.PlanChangeAsked.name: (
            _("Change to %(plan)s asked for") % {"plan": moment.plan},
            "clock",
            "",
        ),
        billing.PlanKept.name: (_("Planned change taken back"), "repeat", ""),
        billing.PlanChangeFailed.name: (
            _("The change to %(plan)s could not be paid") % {"plan": moment.plan},
            "alert",
            "bad",
        ),
        billing.BillDayChosen.name: (
            _("Moved to day %(day)s of the month") % {"day": moment.day},
            "clock",
            "",
        ),
        billing.CancellationAsked.name: (_("Cancellation asked for"), "stop", ""),
        billing.CancellationUndone.name: (_("Cancellation taken back"), "repeat", ""),
        billing.SubscriptionCancelled.name: (_("Ended"), "stop", ""),
        billing.SubscriptionCompleted.name: (_("Completed"), "check", "good"),
        billing.SubscriptionReactivated.name: (_("Brought back"), "repeat", "good"),
        billing.MethodReplaced.name: (_("Payment method replaced"), "card", ""),
    }[moment.kind]
    return Told(moment.at, title, _detail(moment), icon, kind, href)


def _detail(moment: Moment) -> str:
    """The document; why it was declined; until or from when; who, from where and why."""
    return " · ".join(
        part
        for part in (
            moment.document.number_text if moment.document else "",
            why_declined(moment.decline) if moment.decline else "",
            _when(moment),
            words.who(moment.by, moment.source, moment.reason),
        )
        if part
    )


def _when(moment: Moment) -> str:
    if moment.until is None:
        return ""
    from_then_on = moment.kind in (billing.PlanChangeAsked.name, billing.BillDayChosen.name)
    said = _("from %(date)s on") if from_then_on else _("until %(date)s")
    return said % {"date": formats.date(moment.until)}


def told_of_customer(happening: Happening) -> Told:
    """A line of a customer's story, which leads to where more is said."""
    return _TELLERS[happening.kind](happening)


def _ordered(one: Happening) -> Told:
    order: Any = one.subject
    came = _("brought in from before") if order.source == "import" else ""
    title = _("Order of %(sum)s") % {"sum": formats.money(order.total)}
    return Told(one.at, title, came, "box", "", reverse("dashboard:order", args=[order.public_id]))


def _moved(one: Happening) -> Told:
    entry: Any = one.subject
    back = entry.gross < 0
    title = f"{words.entry_word(entry)}: {formats.money(entry.total)}"
    note = entry.refund.note if entry.refund and entry.refund.note else ""
    detail = f"{entry.item} · {note}" if note else entry.item
    href = reverse("dashboard:order", args=[entry.order.public_id])
    return Told(one.at, title, detail, "back" if back else "card", "" if back else "good", href)


def _declined(one: Happening) -> Told:
    payment: Any = one.subject
    title = _("%(sum)s declined") % {"sum": formats.money(payment.money)}
    return Told(one.at, title, why_declined(payment.decline), "alert", "bad")


def _refund_refused(one: Happening) -> Told:
    refund: Any = one.subject
    title = _("Refund of %(sum)s refused by the bank") % {"sum": formats.money(refund.money)}
    return Told(one.at, title, refund.note, "alert", "bad")


def _letter(one: Happening) -> Told:
    letter: Any = one.subject
    kind = KINDS.get(letter.kind, letter.kind)
    title = _("Letter: %(kind)s") % {"kind": kind}
    detail = f"{letter.subject} ({letter.get_state_display()})"
    return Told(one.at, title, detail, "mail", "bad" if letter.state == "failed" else "")


def _plan(title: str, icon: str) -> Any:
    def tell(one: Happening) -> Told:
        subscription: Any = getattr(one.subject, "subscription", one.subject)
        href = reverse("dashboard:subscription", args=[subscription.public_id])
        return Told(one.at, _title(title), _plan_detail(one, subscription), icon, "", href)

    return tell


def _title(name: str) -> str:
    return {
        "started": _("Subscription started"),
        "cancel_asked": _("Cancellation asked for"),
        "became_cancelled": _("Subscription ended"),
        "became_completed": _("Every payment made"),
        "paused": _("Paused"),
        "resumed": _("Resumed"),
    }[name]


def _plan_detail(one: Happening, subscription: Any) -> str:
    if one.kind in ("cancel_asked", "became_cancelled") and subscription.cancel_source:
        cancelled = (subscription.cancel_by, subscription.cancel_source, subscription.cancel_reason)
        return f"{subscription.name}, {words.who(*cancelled)}"
    if isinstance(one.subject, Pause) and one.kind == "paused" and one.subject.source:
        pause = one.subject
        return f"{subscription.name}, {words.who(pause.by, pause.source, pause.reason)}"
    return str(subscription.name)


_TELLERS = {
    "ordered": _ordered,
    "charge": _moved,
    "rebill": _moved,
    "refund": _moved,
    "chargeback": _moved,
    "fee": _moved,
    "declined": _declined,
    "refund_refused": _refund_refused,
    "letter": _letter,
    "started": _plan("started", "repeat"),
    "cancel_asked": _plan("cancel_asked", "stop"),
    "became_cancelled": _plan("became_cancelled", "stop"),
    "became_completed": _plan("became_completed", "check"),
    "paused": _plan("paused", "pause"),
    "resumed": _plan("resumed", "repeat"),
}
