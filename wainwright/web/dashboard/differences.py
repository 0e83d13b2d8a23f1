"""Where a gateway's books and ours differ, and what a person can do about it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from wainwright.payments import differences as books
from wainwright.payments.models import Difference, Reconciliation
from wainwright.payments.queries import last_comparisons
from wainwright.web import formats
from wainwright.web.dashboard import listing
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "transactions"

# What it is, what it means, what to do.
WORDS = {
    Difference.OTHER_SUM: (
        gettext_lazy("Another sum was taken"),
        gettext_lazy(
            "The gateway took another sum than it was asked for. Nothing was booked for it, and no"
            " order, invoice or letter was made."
        ),
        gettext_lazy(
            "Look the charge up at the gateway and give it back there in full. Then mark it as"
            " settled: the payment is given up here and may be asked for again."
        ),
    ),
    Difference.NOBODYS: (
        gettext_lazy("A charge of nobody"),
        gettext_lazy("The gateway took money that belongs to no payment here."),
        gettext_lazy(
            "Perhaps another program uses the same account at the gateway; then mark it as settled."
            " If not, look up there who paid, and give the money back there."
        ),
    ),
    Difference.MISSING: (
        gettext_lazy("A payment the gateway does not know"),
        gettext_lazy(
            "It is booked here as paid, with its order and invoice, but the gateway has no such"
            " charge."
        ),
        gettext_lazy(
            "Ask the gateway's support about the reference below. If the money really never came,"
            " settle it with the buyer, and write here what was agreed."
        ),
    ),
    Difference.REFUNDED: (
        gettext_lazy("Another sum went back"),
        gettext_lazy(
            "What was given back of this payment differs. Perhaps somebody gave money back at the"
            " gateway itself, where no credit note is made."
        ),
        gettext_lazy(
            "Look the refunds of this charge up at the gateway. Give money back from here in"
            " future, and write here what was done."
        ),
    ),
}


class SettledForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What was done"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Only people who work here see it."),
    )


@require_safe
@staff_page(owner=True)
def differences(request: StaffRequest) -> HttpResponse:
    """What is open comes first, the oldest on top; below, when each gateway was last compared."""
    settled = request.GET.get("view") == "settled"
    rows = request.reach.differences()
    shown = rows.filter(settled_at__isnull=not settled)
    order = ("-settled_at", "-pk") if settled else ("found_at", "pk")
    connections = list(request.reach.connections().filter(active=True).order_by("pk"))
    compared = last_comparisons(connections)
    return framed(
        request,
        "differences.html",
        {
            "found": listing.paged(
                shown.select_related("payment").order_by(*order),
                request.GET,
                {"view": "settled" if settled else ""},
            ),
            "settled": settled,
            "open_count": rows.filter(settled_at=None).count(),
            "said": WORDS,
            "sums": sums,
            "comparisons": [
                (each, compared.get(each.pk), result(compared.get(each.pk))) for each in connections
            ],
            "business_of": request.reach.business_of,
        },
        room=ROOM,
    )


def sums(found: Difference) -> str:
    """Both stories in one line: "29.00 EUR here, 29.01 EUR at the gateway"."""
    nothing = _("nothing")
    ours, theirs = found.ours_as_money, found.theirs_as_money
    return _("%(ours)s here, %(theirs)s at the gateway") % {
        "ours": nothing if ours is None else formats.money(ours),
        "theirs": nothing if theirs is None else formats.money(theirs),
    }


def result(compared: Reconciliation | None) -> str:
    """What the last comparison saw and mended."""
    if compared is None:
        return ""
    seen = ngettext("%(n)s charge", "%(n)s charges", compared.charges)
    said = seen % {"n": formats.number(compared.charges)}
    if not compared.resolved:
        return said
    mended = ngettext("%(n)s lost answer found", "%(n)s lost answers found", compared.resolved)
    return f"{said}; {mended % {'n': formats.number(compared.resolved)}}"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def difference(request: StaffRequest, difference_id: str) -> HttpResponse:
    """Both stories, what to do, and the note with which it is settled."""
    rows = request.reach.whole.differences().select_related("payment__bill", "connection")
    found = get_object_or_404(rows, public_id=difference_id)
    request.reach.stand_in(found)
    form = SettledForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        books.settle(found, by=request.actor, note=form.cleaned_data["note"])
        toast(request, _("Marked as settled."))
        return see_other("differences")
    context: dict[str, Any] = {
        "difference": found,
        "words": WORDS[found.kind],
        "business": request.reach.business_of(found),
        "order": _order_of(request, found),
        "form": form,
    }
    return framed(request, "difference.html", context, room=ROOM)


def _order_of(request: StaffRequest, found: Difference) -> Any:
    bill = found.payment.bill if found.payment else None
    if bill is None:
        return None
    orders = request.reach.whole.orders()
    return orders.filter(pk=bill.order_id or 0).first() or orders.filter(bill=bill).first()
