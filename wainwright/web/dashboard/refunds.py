"""Money back on one payment, in full or in part."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from wainwright.core.money import Money
from wainwright.payments.models import Payment, Refund
from wainwright.payments.refunds import refund, refundable
from wainwright.sales.models import Order
from wainwright.web import formats
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import AmountField, refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "transactions"


class RefundForm(forms.Form):
    """All that is left, or a part of it."""

    how_much = forms.ChoiceField(
        label=gettext_lazy("How much"),
        choices=[("all", gettext_lazy("All of it")), ("part", gettext_lazy("A part"))],
        initial="all",
        widget=forms.RadioSelect,
    )
    amount = AmountField(label=gettext_lazy("The part"))
    note = forms.CharField(
        label=gettext_lazy("Private note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Why; only people who work here see it."),
    )
    form_key = forms.RegexField(r"\A[A-Za-z0-9_-]{16,60}\Z", widget=forms.HiddenInput)

    use_required_attribute = False  # browsers would insist on fields that are not shown

    def __init__(self, *args: Any, left: Money, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        how_much, amount = self.fields["how_much"], self.fields["amount"]
        assert isinstance(how_much, forms.ChoiceField)
        assert isinstance(amount, AmountField)
        amount.currency = left.currency
        amount.required = self.data.get("how_much", "part") == "part"
        how_much.choices = [
            ("all", _("All that is left, %(sum)s") % {"sum": formats.money(left)}),
            ("part", _("A part")),
        ]

    @property
    def money(self) -> Money:
        typed = self.cleaned_data
        return self.left if typed["how_much"] == "all" else typed["amount"]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def page(request: StaffRequest, payment_id: str) -> HttpResponse:
    """The form, and its one refund: posted again it is the same refund."""
    payment = get_object_or_404(
        request.reach.whole.payments().select_related("bill", "method", "customer"),
        public_id=payment_id,
    )
    order = _order_of(request, payment)
    left = refundable(payment)
    form = RefundForm(
        request.POST or None, left=left, initial={"form_key": secrets.token_urlsafe(16)}
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = refund(
                payment,
                amount=form.money,
                note=form.cleaned_data["note"],
                by=request.actor,
                form_key=form.cleaned_data["form_key"],
            )
            _say(request, made)
            return see_other("order", order_id=order.public_id)
    context = {"form": form, "payment": payment, "order": order, "left": left}
    return framed(request, "refund.html", context, room=ROOM)


def _order_of(request: StaffRequest, payment: Payment) -> Order:
    bill = payment.bill
    orders = request.reach.whole.orders().select_related("customer")
    if bill is not None and bill.order_id:
        return get_object_or_404(orders, pk=bill.order_id)
    return get_object_or_404(orders, bill_id=payment.bill_id or 0)


def _say(request: StaffRequest, made: Refund) -> None:
    amount = formats.money(made.money)
    if made.state == Refund.SUCCEEDED:
        toast(request, _("%(sum)s went back. A letter tells the customer.") % {"sum": amount})
    elif made.state == Refund.DECLINED:
        toast(
            request,
            _("The bank refused to give %(sum)s back. Nothing moved.") % {"sum": amount},
            kind="bad",
        )
    else:
        toast(
            request,
            _("The bank has not answered about %(sum)s yet. We keep asking; do not send it again.")
            % {"sum": amount},
            kind="warn",
        )
