"""Money back on one payment: in full, in part, or of single items."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from wainwright.billing.models import Rules
from wainwright.billing.rulebook import RuleBook
from wainwright.core.money import Money
from wainwright.payments.models import Payment, Refund
from wainwright.payments.queries import lines_of
from wainwright.payments.refund_lines import lines_to_refund
from wainwright.payments.refunds import refund, refundable
from wainwright.payments.returning import Billed, Wish, can_choose
from wainwright.sales.models import Order
from wainwright.web import formats
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import AmountField, refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "transactions"


class RefundForm(forms.Form):
    """All that is left, a part of it, or single lines of what was bought."""

    how_much = forms.ChoiceField(
        label=gettext_lazy("How much"), initial="all", widget=forms.RadioSelect
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

    def __init__(self, *args: Any, left: Money, lines: Sequence[Billed], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = left
        self.lines = _to_choose(lines)
        for number, line in enumerate(self.lines):
            self._ask_about(number, line)
        how_much, amount = self.fields["how_much"], self.fields["amount"]
        assert isinstance(how_much, forms.ChoiceField)
        assert isinstance(amount, AmountField)
        amount.currency = left.currency
        amount.required = self.data.get("how_much", "part") == "part"
        how_much.choices = [
            ("all", _("All that is left, %(sum)s") % {"sum": formats.money(left)}),
            ("part", _("A part")),
            *([("lines", _("Single items"))] if self.lines else []),
        ]

    def _ask_about(self, number: int, line: Billed) -> None:
        if line.quantity > 1:
            self.fields[f"pieces_{number}"] = forms.IntegerField(
                label=_("Pieces, at most %(count)s") % {"count": line.pieces_left},
                min_value=1,
                required=False,
            )
        self.fields[f"sum_{number}"] = AmountField(
            label=_("Sum, at most %(sum)s") % {"sum": formats.money(line.left)},
            currency=line.left.currency,
            required=False,
        )

    @property
    def parts(self) -> list[tuple[Billed, list[forms.BoundField]]]:
        """Each line with the fields that ask about it."""
        return [
            (
                line,
                [
                    self[name]
                    for name in (f"pieces_{number}", f"sum_{number}")
                    if name in self.fields
                ],
            )
            for number, line in enumerate(self.lines)
        ]

    def clean(self) -> None:
        for number, _line in enumerate(self.lines):
            typed = self.cleaned_data
            if typed.get(f"pieces_{number}") and typed.get(f"sum_{number}"):
                self.add_error(f"sum_{number}", _("Type pieces or a sum, not both."))

    @property
    def wanted(self) -> dict[str, Any]:
        """What to give back, as payments.refunds takes it."""
        typed = self.cleaned_data
        match typed["how_much"]:
            case "lines":
                return {"lines": self._wishes()}
            case "part":
                return {"amount": typed["amount"]}
        return {"amount": self.left}

    def _wishes(self) -> list[Wish]:
        typed = self.cleaned_data
        wishes = [
            Wish(line.id, typed.get(f"pieces_{number}") or 0, typed[f"sum_{number}"])
            for number, line in enumerate(self.lines)
        ]
        return [wish for wish in wishes if wish.pieces or wish.amount]


def _to_choose(lines: Sequence[Billed]) -> list[Billed]:
    """What is left of single items, where there is a choice."""
    if not can_choose(lines) or (len(lines) == 1 and lines[0].quantity == 1):
        return []
    return [line for line in lines if line.left]


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
        request.POST or None,
        left=left,
        lines=lines_to_refund(payment),
        initial={"form_key": secrets.token_urlsafe(16)},
    )
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            made = refund(
                payment,
                **form.wanted,
                note=form.cleaned_data["note"],
                by=request.actor,
                form_key=form.cleaned_data["form_key"],
            )
            _say(request, made)
            return see_other("order", order_id=order.public_id)
    context = {
        "form": form,
        "payment": payment,
        "order": order,
        "left": left,
        "consequences": _consequences(payment),
    }
    return framed(request, "refund.html", context, room=ROOM)


def _order_of(request: StaffRequest, payment: Payment) -> Order:
    bill = payment.bill
    orders = request.reach.whole.orders().select_related("customer")
    if bill is not None and bill.order_id:
        return get_object_or_404(orders, pk=bill.order_id)
    return get_object_or_404(orders, bill_id=payment.bill_id or 0)


def _consequences(payment: Payment) -> list[str]:
    """What else ends with the money, by the rules of what was bought."""
    book = RuleBook.read()
    lines = lines_of(payment.bill) if payment.bill else []
    return list(dict.fromkeys(_consequence(book.of(line.product_id)) for line in lines))


def _consequence(rules: Rules) -> str:
    with_subscription = rules.end_then
    match rules.revoke:
        case Rules.NEVER:
            return _("It ends neither access nor a subscription.")
        case Rules.FULL if with_subscription:
            return _("When all of it goes back, access ends, and a subscription with it.")
        case Rules.FULL:
            return _("When all of it goes back, access ends; a subscription goes on.")
    if with_subscription:
        return _("Access ends, and a subscription with it.")
    return _("Access ends; a subscription goes on.")


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
