"""The legal desk's queue: cancellations and withdrawals declared on the public pages."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.hub import statements as desk
from wainwright.hub.models import Statement
from wainwright.reports import customers as buyers
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "statements"


class HandledForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only people who work here see it."),
    )


@require_safe
@staff_page(owner=True)
def statements(request: StaffRequest) -> HttpResponse:
    """What is open comes first, the oldest on top: someone waits for it."""
    handled = request.GET.get("view") == "handled"
    rows = request.reach.statements()
    shown = rows.filter(handled_at__isnull=not handled)
    order = ("-handled_at", "-pk") if handled else ("received_at", "pk")
    kept = {"view": "handled" if handled else ""}
    return framed(
        request,
        "statements.html",
        {
            "found": listing.paged(shown.order_by(*order), request.GET, kept),
            "handled": handled,
            "open_count": rows.filter(handled_at=None).count(),
            "business_of": request.reach.business_of,
        },
        room=ROOM,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def statement(request: StaffRequest, statement_id: str) -> HttpResponse:
    """What was declared, who it may be, and the note with which it is closed."""
    found = _reached(request, statement_id)
    form = HandledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            desk.mark_handled(found, by=request.actor, note=form.cleaned_data["note"])
            toast(
                request,
                _("Marked as handled."),
                undo=reverse("dashboard:statement_reopen", args=[found.public_id]),
            )
            return see_other("statements")
    context = {
        "statement": found,
        "declaration": desk.declaration(found),
        "form": form,
        "perhaps": _perhaps(request, found),
    }
    return framed(request, "statement.html", context, room=ROOM)


def _perhaps(request: StaffRequest, found: Statement) -> list[object]:
    """Customers of the same business with the address that was given."""
    rows = request.reach.whole.customers().filter(business=found.business)
    return list(buyers.matching(rows, found.email)[:5])


@require_POST
@staff_page(owner=True)
def reopen(request: StaffRequest, statement_id: str) -> HttpResponse:
    found = _reached(request, statement_id)
    desk.reopen(found, by=request.actor)
    toast(request, _("It is open again."))
    return see_other("statement", statement_id=found.public_id)


def _reached(request: StaffRequest, statement_id: str) -> Statement:
    rows = request.reach.whole.statements().select_related("business")
    found = get_object_or_404(rows, public_id=statement_id)
    request.reach.stand_in(found)
    return found
