"""The hosted card page: the vendor's own pages on an origin of its own, in test mode only."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from wainwright.payments.gateways.base import Decline, GatewayError, Intent
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.cards import CARDS, CardRefused
from wainwright.payments.gateways.test.forms import CardForm
from wainwright.payments.gateways.test.ledger import LEDGER_FILE, Ledger
from wainwright.payments.gateways.test.rows import StartRow
from wainwright.payments.gateways.test.till import Till

type Page = Callable[[HttpRequest, StartRow], HttpResponse]


def _page(view: Page) -> Callable[[HttpRequest, str], HttpResponse]:
    """Gives a view the start of its address, while it is neither finished nor closed."""

    @wraps(view)
    def of_start(request: HttpRequest, ref: str) -> HttpResponse:
        try:
            start = _till().look(ref)
            if start is None:
                return not_found(request)
            with translation.override(_language(start)):
                return _framed(_leave(request, start) or view(request, start), start)
        except GatewayError:
            return _broken(request)

    return of_start


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "testgateway/about.html", {"cards": CARDS})


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@_page
@sensitive_variables()
def pay(request: HttpRequest, start: StartRow) -> HttpResponse:
    """Takes a card; a refused or declined one leaves the page open for another."""
    if start.state == "challenged":
        return _see_other(reverse("bank_page", args=[start.ref]))
    if request.method != "POST":
        return _card_page(request, start, CardForm(picked=_picked(request)))
    form = CardForm(request.POST)
    if not form.is_valid():
        return _card_page(request, start, form, 422)
    try:
        after = _till().pay(start.ref, **form.cleaned_data)
    except CardRefused as refusal:
        form.add_error(refusal.field, refusal.message)
        return _card_page(request, start, form, 422)
    return _see_other(_next(after or start))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@_page
def bank(request: HttpRequest, start: StartRow) -> HttpResponse:
    """The bank's question: was it you?"""
    if start.state != "challenged":
        return _see_other(_next(start))
    answer = request.POST.get("answer")
    if answer not in ("complete", "fail"):
        return render(request, "testgateway/bank.html", _context(start))
    after = _till().authenticate(start.ref, passed=answer == "complete")
    return _see_other(_next(after or start))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    message = _("There is no payment at this address. Please go back to the shop and start again.")
    return render(request, "testgateway/closed.html", {"message": message}, status=404)


def _leave(request: HttpRequest, start: StartRow) -> HttpResponse | None:
    """The way out of a start that is finished or closed."""
    if start.state == "done" and start.return_url:
        return _see_other(_with_ref(start.return_url, start.ref))
    if start.state == "done":
        message = _("Done. You can close this page.")
        return render(request, "testgateway/closed.html", {"message": message})
    if start.state == "void":
        message = _("This payment page is closed. Nothing was charged here.")
        context = {"message": message, "back": start.cancel_url}
        return render(request, "testgateway/closed.html", context, status=410)
    return None


def _card_page(
    request: HttpRequest, start: StartRow, form: CardForm, status: int = 200
) -> HttpResponse:
    context = _context(start) | {"form": form, "cards": CARDS}
    return render(request, "testgateway/pay.html", context, status=status)


def _context(start: StartRow) -> dict[str, object]:
    return {
        "start": start,
        "amount": None if start.intent == Intent.SAVE_ONLY else start.amount,
        "saves": start.intent != Intent.PAY,
        "problem": start.decline and _sentence(Decline(start.decline)),
    }


def _sentence(decline: Decline) -> str:
    return {
        Decline.INSUFFICIENT_FUNDS: _("The card has not enough money. Please try another card."),
        Decline.EXPIRED_CARD: _("The card has expired. Please try another card."),
        Decline.INVALID_CARD: _("The security code is wrong. Please look at it again."),
        Decline.TRY_AGAIN: _("The bank did not answer. Please try again in a moment."),
        Decline.AUTHENTICATION_REQUIRED: _(
            "Your bank could not confirm that it is you. Please try again or use another card."
        ),
    }.get(decline, _("The card was declined. Please try another card."))


def _picked(request: HttpRequest) -> cards.Card | None:
    return next((card for card in CARDS if card.code == request.GET.get("card")), None)


def _next(start: StartRow) -> str:
    name = "bank_page" if start.state == "challenged" else "card_page"
    return reverse(name, args=[start.ref])


def _framed(response: HttpResponse, start: StartRow) -> HttpResponse:
    """Lets the form lead back to the shop, which is another origin."""
    back = urlsplit(start.return_url)
    if back.netloc:
        sources = [CSP.SELF, f"{back.scheme}://{back.netloc}"]
        policy = {**settings.SECURE_CSP, "form-action": sources}
        response._csp_config = policy  # type: ignore[attr-defined]
    response.headers["Content-Language"] = _language(start)
    return response


def _broken(request: HttpRequest) -> HttpResponse:
    message = _("The Test gateway cannot be reached. Please load this page again.")
    return render(request, "testgateway/closed.html", {"message": message}, status=503)


def _see_other(url: str) -> HttpResponse:
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _with_ref(url: str, ref: str) -> str:
    parts = urlsplit(url)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("ref", ref)]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _language(start: StartRow) -> str:
    known = {code for code, _name in settings.LANGUAGES}
    return start.locale if start.locale in known else settings.LANGUAGE_CODE


def _till() -> Till:
    return Till(Ledger(Path(settings.DATA) / LEDGER_FILE))
