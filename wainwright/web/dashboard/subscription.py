"""One subscription: how it stands, what comes next, what happened, and what can be done."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.billing import aligning, previewing, reactivating, switching
from wainwright.billing.course import Act, Keep, Undo
from wainwright.billing.models import Subscription
from wainwright.billing.renewals import next_totals
from wainwright.billing.revoking import revoked_since
from wainwright.core import clock
from wainwright.hub.history import history_of
from wainwright.web import formats
from wainwright.web.dashboard import words
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.dashboard.happenings import told
from wainwright.web.outlook import coming_bills
from wainwright.web.sentences import from_where

ROOM = "subscriptions"
SOURCE = "dashboard"


@require_safe
@staff_page
def page(request: StaffRequest, subscription_id: str) -> HttpResponse:
    found = reached(request, subscription_id)
    charges = found.next_due_at is not None and not found.ended
    return framed(
        request,
        "subscription.html",
        {
            "subscription": found,
            "state": words.state_of(found),
            "sentence": words.state_sentence(found),
            "next": next_totals(found) if charges else None,
            "coming": coming_bills(found) if charges else [],
            "undo_hint": _charged_then(found, Undo()) if found.can_undo_cancel else "",
            "keep_hint": _charged_then(found, Keep()) if found.then else "",
            "history": [told(moment) for moment in history_of(found)],
            "cancel_source": from_where(found.cancel_source),
            "resume_hint": _resume_hint(found),
            "planned": words.planned(found),
            "can_change": switching.can_switch(found),
            "can_align": aligning.can_align(found),
            "can_return": reactivating.can_reactivate(found),
            "return_until": reactivating.reactivated_until(found),
            "revoked_since": revoked_since(found),
            "percent": words.percent,
        },
        room=ROOM,
    )


def _charged_then(found: Subscription, act: Act) -> str:
    """What is charged first once that is done."""
    bill = previewing.next_bill(found, act)
    if bill is None:
        return ""
    return _("%(sum)s is charged on %(date)s.") % {
        "sum": formats.money(bill.totals.gross),
        "date": formats.date(bill.at),
    }


def _resume_hint(found: Subscription) -> str:
    """What going on would mean today."""
    if not found.can_resume:
        return ""
    if found.current_end > clock.now():
        return _("It goes on with the time already paid for; the next charge is on %(date)s.") % {
            "date": formats.date(found.due(found.payments_made))
        }
    return _("A new period begins today and is charged now.")


def reached(request: StaffRequest, subscription_id: str) -> Subscription:
    """The subscription, if it is within this member's reach; else there is no such page."""
    rows = request.reach.whole.subscriptions().select_related(
        "customer", "product", "price", "business", "method", "order"
    )
    found = get_object_or_404(rows, public_id=subscription_id)
    request.reach.stand_in(found)
    return found
