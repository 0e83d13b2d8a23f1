"""The rules of collecting and what buyers may do: of the account, and of single products."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.billing import rulebook
from wainwright.billing.models import Rules
from wainwright.billing.rulebook import RuleBook
from wainwright.catalog.models import Product
from wainwright.web.dashboard.collecting_forms import AccountRulesForm, RulesForm, values_of
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.fields import refusals_in
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def account(request: StaffRequest) -> HttpResponse:
    """For every business of the account, unless a product has rules of its own."""
    rules = RuleBook.read().account
    form = AccountRulesForm(request.POST or None, initial=values_of(rules, AccountRulesForm))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            rules = form.as_rules(rules)
        else:
            with refusals_in(form):
                rulebook.change_rules(None, by=request.actor, **form.cleaned_data)
                toast(request, _("Saved. It holds from now on."))
                return see_other("collecting")
    own = request.reach.whole.products().filter(pk__in=RuleBook.read().by_product)
    context: dict[str, Any] = {
        "form": form,
        "days": days_of(rules),
        "of": request.reach.main,
        "tab": "collecting",
        "products": own.order_by("name"),
    }
    return framed(request, "collecting.html", context, room="settings")


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page(owner=True)
def of_product(request: StaffRequest, product_id: str) -> HttpResponse:
    """Rules of one product, in place of the account's."""
    product = _reached(request, product_id)
    book = RuleBook.read()
    rules = book.of(product.pk)
    form = RulesForm(request.POST or None, initial=values_of(rules, RulesForm))
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            rules = form.as_rules(rules)
        else:
            with refusals_in(form):
                rulebook.change_rules(product, by=request.actor, **form.cleaned_data)
                toast(request, _("Saved. %(name)s has rules of its own.") % {"name": product.name})
                return see_other("product_collecting", product_id=product.public_id)
    context: dict[str, Any] = {
        "form": form,
        "days": days_of(rules),
        "product": product,
        "is_own": product.pk in book.by_product,
    }
    return framed(request, "product_collecting.html", context, room="products")


@require_POST
@staff_page(owner=True)
def drop(request: StaffRequest, product_id: str) -> HttpResponse:
    """The account's rules hold for it again."""
    product = _reached(request, product_id)
    rulebook.drop_rules(product, by=request.actor)
    said = _("The account's rules hold for %(name)s again.")
    toast(request, said % {"name": product.name})
    return see_other("product_collecting", product_id=product.public_id)


def _reached(request: StaffRequest, product_id: str) -> Product:
    rows = request.reach.whole.products().select_related("business")
    found: Product = get_object_or_404(rows, public_id=product_id)
    return found


def days_of(rules: Rules) -> list[tuple[str, str]]:
    """What whoever's card fails will see, day by day, in plain words."""
    return [(_day(day), _happens(kind, rules)) for day, kind in rulebook.days_of(rules)]


def _day(day: int) -> str:
    if day == 0:
        return _("The day it is due")
    return ngettext("%(count)s day later", "%(count)s days later", day) % {"count": day}


def _happens(kind: str, rules: Rules) -> str:
    if kind == rulebook.END:
        if rules.then == Rules.PAUSE:
            return _(
                "If nothing was paid, it is paused and the open bill written off. A letter says so,"
                " and the customer can let it go on in the hub."
            )
        return ngettext(
            "If nothing was paid, it ends and the open bill is written off. A letter says so. For"
            " %(count)s day the customer can bring it back.",
            "If nothing was paid, it ends and the open bill is written off. A letter says so. For"
            " %(count)s days the customer can bring it back.",
            rules.return_days,
        ) % {"count": rules.return_days}
    return {
        rulebook.DECLINED: _(
            "The card is declined. A letter says why, and leads to the hub, where another card is"
            " charged at once."
        ),
        rulebook.RETRY: _("The card is tried again. If it is declined, another letter says so."),
        rulebook.LAST: _(
            "The card is tried for the last time. Another card is still charged at once."
        ),
    }[kind]
