"""Reminders and the words of notices: of the account, and of single products, with a preview."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.accounts.models import Business
from wainwright.catalog.models import Product
from wainwright.core import clock
from wainwright.core.money import Money
from wainwright.letters import wording
from wainwright.letters.models import NoticeRules
from wainwright.letters.wording import KINDS, PLACEHOLDERS, Book, Notice
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import DaysField, refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.sentences import in_own_words, notice_headline, notice_text
from wainwright.web.toasts import toast


class RemindersForm(forms.Form):
    """The days of the reminders, and a subject and a text for each kind of notice."""

    upcoming_days = DaysField(
        label=gettext_lazy("Days before a charge"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Up to three, such as 5, 2; beside those that law wants."),
    )
    overdue_days = DaysField(
        label=gettext_lazy("Days after a bill fell due"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Up to three; beside the letter at each failed payment."),
    )

    def __init__(self, typed: Any, *, rules: NoticeRules) -> None:
        initial = {"upcoming_days": rules.upcoming_days, "overdue_days": rules.overdue_days}
        for kind in KINDS:
            own = rules.wording.get(kind, {})
            initial |= {f"{kind}_{part}": own.get(part, "") for part in ("subject", "text")}
        super().__init__(typed, initial=initial)
        for kind in KINDS:
            self.fields[f"{kind}_subject"] = forms.CharField(
                label=_("Subject"), max_length=150, required=False
            )
            self.fields[f"{kind}_text"] = forms.CharField(
                label=_("Text"),
                max_length=1000,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    @property
    def typed(self) -> dict[str, Any]:
        """As the rules keep it; what is empty is left to our words."""
        words = {
            kind: {
                part: self.cleaned_data[f"{kind}_{part}"]
                for part in ("subject", "text")
                if self.cleaned_data[f"{kind}_{part}"]
            }
            for kind in KINDS
        }
        return {
            "upcoming_days": _farthest_first(self.cleaned_data["upcoming_days"]),
            "overdue_days": _farthest_first(self.cleaned_data["overdue_days"]),
            "wording": {kind: own for kind, own in words.items() if own},
        }


def _farthest_first(days: list[int]) -> list[int]:
    return sorted(set(days), reverse=True)


@dataclass(frozen=True, slots=True)
class Shown:
    """One kind of notice: its fields, and how it would read."""

    title: str
    subject_field: forms.BoundField
    text_field: forms.BoundField
    subject: str
    text: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def account(request: StaffRequest) -> HttpResponse:
    """For every business of the account, unless a product has its own."""
    book = Book.read()
    own = request.reach.whole.products().filter(pk__in=book.by_product).order_by("name")
    context = {"of": request.reach.main, "tab": "reminders", "products": own}
    return _page(request, None, book.account, request.reach.main, context, "reminders.html")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def of_product(request: StaffRequest, product_id: str) -> HttpResponse:
    """For one product, in place of the account's."""
    product, book = _reached(request, product_id), Book.read()
    context = {"product": product, "is_own": product.pk in book.by_product}
    rules = book.of(product.pk)
    return _page(request, product, rules, product.business, context, "product_reminders.html")


@require_POST
@staff_page(owner=True)
def drop(request: StaffRequest, product_id: str) -> HttpResponse:
    """The account's reminders and words hold for it again."""
    product = _reached(request, product_id)
    wording.drop(product, by=request.actor)
    said = _("The account's reminders hold for %(name)s again.")
    toast(request, said % {"name": product.name})
    return see_other("product_reminders", product_id=product.public_id)


def _page(
    request: StaffRequest,
    product: Product | None,
    rules: NoticeRules,
    business: Business,
    context: dict[str, Any],
    template: str,
) -> HttpResponse:
    form = RemindersForm(request.POST or None, rules=rules)
    words = rules.wording
    if request.method == "POST" and form.is_valid():
        words = form.typed["wording"]
        if "preview" not in request.POST:
            with refusals_in(form):
                wording.change(product, by=request.actor, **form.typed)
                toast(request, _("Saved. It holds for the letters from now on."))
                if product is None:
                    return see_other("reminders")
                return see_other("product_reminders", product_id=product.public_id)
    item = product.name if product else _("Studio Monthly")
    known = {
        "form": form,
        "placeholders": PLACEHOLDERS,
        "kinds": [_shown(kind, form, words.get(kind, {}), item, business) for kind in KINDS],
    }
    room = "products" if product else "settings"
    return framed(request, template, known | context, room=room)


def _shown(
    kind: str, form: RemindersForm, own: dict[str, str], item: str, business: Business
) -> Shown:
    """How the notice would read for somebody who pays 29.00 in a week."""
    notice = Notice(
        kind=kind,
        name=_("Ada Byron"),
        item_name=item,
        vendor_name=business.name,
        days=7,
        sum=Money(2900, "EUR"),
        at=clock.now() + timedelta(days=7),
        card="Visa 4242",
    )
    subject, text = own.get("subject", ""), own.get("text", "")
    return Shown(
        title=str(KINDS[kind]),
        subject_field=form[f"{kind}_subject"],
        text_field=form[f"{kind}_text"],
        subject=in_own_words(subject, notice) if subject else notice_headline(notice),
        text=in_own_words(text, notice) if text else notice_text(notice),
    )


def _reached(request: StaffRequest, product_id: str) -> Product:
    rows = request.reach.whole.products().select_related("business")
    found: Product = get_object_or_404(rows, public_id=product_id)
    return found
