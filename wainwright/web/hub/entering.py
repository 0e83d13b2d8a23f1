"""The door, the letter's link and its code, and the way out."""

from __future__ import annotations

import secrets

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.core.tenancy import scope
from wainwright.customers.models import Customer
from wainwright.hub import codes, entry, queries, sessions
from wainwright.hub.models import AccessRequest
from wainwright.web.addresses import client_ip
from wainwright.web.hub.faces import (
    DoorRequest,
    HubRequest,
    door_page,
    hub_page,
    see_other,
    session_token,
    without_referrer,
)
from wainwright.web.hub.forms import AddressForm, CodeForm
from wainwright.web.toasts import toast

BROWSER = "__Host-lr"  # the browser that asked, so that its letter's link needs no code
BROWSER_SECONDS = 3600

seen_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@seen_or_sent
@door_page
def door(request: DoorRequest) -> HttpResponse:
    """An address goes in; the answer is the same whoever's it is."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        browser = _browser(request) or secrets.token_urlsafe(32)
        asked = entry.ask(
            business=request.business,
            email=form.cleaned_data["email"],
            browser_token=browser,
            ip=client_ip(request),
            language=get_language() or "en",
        )
        response = see_other("hub:sent", asked.public_id)
        _keep(response, BROWSER, browser, max_age=BROWSER_SECONDS)
        return response
    status = 400 if form.errors else 200
    return render(request, "hub/door.html", {"form": form}, status=status)


@seen_or_sent
@door_page
def sent(request: DoorRequest, asked: str) -> HttpResponse:
    """One sentence true for everyone, and the field for the code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked_for = queries.request_by_id(request.business, asked)
        customer = entry.enter_by_code(asked_for, form.cleaned_data["code"])
        if customer is not None:
            return _let_in(request, customer)
        form.add_error("code", _does_not_fit())
    status = 400 if form.errors else 200
    return render(request, "hub/sent.html", {"form": form}, status=status)


@without_referrer
@seen_or_sent
@door_page
def link(request: DoorRequest, token: str) -> HttpResponse:
    """Looking changes nothing, so that a scanner may. The button uses the link up."""
    asked = _working(request, token)
    if asked is None:
        return render(request, "hub/link_gone.html", status=410)
    one_click = entry.is_asking_browser(asked, _browser(request))
    form = None if one_click else CodeForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        customer = (
            entry.enter_by_link(asked, _browser(request))
            if form is None
            else entry.enter_by_code(asked, form.cleaned_data["code"])
        )
        if customer is not None:
            return _let_in(request, customer)
        if form is None or _working(request, token) is None:
            return render(request, "hub/link_gone.html", status=410)
        form.add_error("code", _does_not_fit())
    status = 400 if form and form.errors else 200
    return render(request, "hub/link.html", {"form": form, "asked": asked}, status=status)


@require_POST
@hub_page
def sign_out(request: HubRequest) -> HttpResponse:
    """Here, or with `everywhere` in every browser."""
    if "everywhere" in request.POST:
        sessions.end_everywhere(request.customer)
        toast(request, _("You are signed out in every browser."))
    else:
        sessions.end(request.hub_session)
        toast(request, _("You are signed out."))
    response = see_other("hub:door")
    response.delete_cookie(sessions.cookie_name(request.business), samesite="Lax")
    return response


def _working(request: DoorRequest, token: str) -> AccessRequest | None:
    found = queries.request_by_token_hash(request.business, codes.digest(token))
    return found if found is not None and entry.works(found) else None


def _does_not_fit() -> str:
    return _(
        "This code does not fit or no longer works. A code works once, for ten minutes, and stops"
        " after five wrong ones."
    )


def _let_in(request: DoorRequest, customer: Customer) -> HttpResponse:
    with scope(customer.account_id, customer.mode):
        token = sessions.start(
            customer,
            agent=request.headers.get("User-Agent", ""),
            replaces=session_token(request),
        )
    response = see_other("hub:home")
    _keep(response, sessions.cookie_name(request.business), token)
    return response


def _browser(request: DoorRequest) -> str:
    token = request.COOKIES.get(BROWSER, "")
    return token if 20 <= len(token) <= 100 else ""


def _keep(response: HttpResponse, name: str, value: str, max_age: int | None = None) -> None:
    """`__Host-` wants Secure and the path /, also on plain http at a loopback address."""
    response.set_cookie(
        name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="Lax"
    )
