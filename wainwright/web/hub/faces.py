"""Who is in the hub, settled before any of its pages; and how every page of it answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from wainwright.accounts.models import Business
from wainwright.core import actors
from wainwright.core.actors import Actor
from wainwright.core.tenancy import LIVE, scope
from wainwright.customers.models import Customer
from wainwright.hub import sessions
from wainwright.hub.models import HubSession
from wainwright.web import languages
from wainwright.web.routes import url

View = Callable[..., HttpResponse]


class DoorRequest(HttpRequest):
    """What the pages before the hub find on their request."""

    business: Business


class HubRequest(DoorRequest):
    """What a page of the hub finds on its request."""

    customer: Customer
    actor: Actor
    hub_session: HubSession


def door_page(view: View) -> View:
    """A public page of one business. Requests for a way in are of no mode, so either will do."""

    @wraps(view)
    def page(request: DoorRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.business is None:
            raise Http404
        with scope(request.business.account_id, LIVE):
            return _unkept(view(request, *args, **kwargs))

    return page


def hub_page(view: View) -> View:
    """A page for one customer of one business, in the mode, language and zone that are his.

    Without a live session it leads to the door.
    """

    @wraps(view)
    def page(request: HubRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.business is None:
            raise Http404
        with scope(request.business.account_id, LIVE):  # the account is told once, for both modes
            session = sessions.find(request.business, session_token(request))
            if session is None:
                return _unkept(see_other("hub:door"))
            return _unkept(_page_of(session, request, partial(view, request, *args, **kwargs)))

    return page


def _page_of(
    session: HubSession, request: HubRequest, view: Callable[[], HttpResponse]
) -> HttpResponse:
    customer = session.customer
    request.hub_session, request.customer = session, customer
    request.actor = actors.customer(customer.pk, customer.email)
    with (
        scope(session.account_id, session.mode),
        translation.override(language_for(request)),
        timezone.override(zone_for(request)),
    ):
        response = view()
        response.headers["Content-Language"] = translation.get_language() or ""
    return response


def session_token(request: DoorRequest) -> str:
    return request.COOKIES.get(sessions.cookie_name(request.business), "")


def language_for(request: HubRequest) -> str:
    """The one chosen on a page, else the customer's own."""
    known = dict(settings.LANGUAGES)
    chosen = request.GET.get("language") or request.COOKIES.get(languages.COOKIE, "")
    if chosen in known:
        return chosen
    own = request.customer.language
    return own if own in known else translation.get_language() or "en"


def zone_for(request: HubRequest) -> ZoneInfo:
    """The customer's, where it is known; else the business's."""
    try:
        return ZoneInfo(request.customer.zone or request.business.zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(request.business.zone)


def show(
    request: HubRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """A page of the hub, with the banner of its mode and the way out."""
    frame = {
        "mode": request.hub_session.mode,
        "sign_out": url("hub:sign_out"),
        "customer": request.customer,
    }
    return render(request, template, frame | context, status=status)


def see_other(name: str, *args: Any) -> HttpResponse:
    """To a named page, by GET."""
    return leave_for(url(name, *args))


def leave_for(address: str) -> HttpResponse:
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response


def without_referrer(view: View) -> View:
    """A page whose address is a secret: no address it leads to is told where one came from.

    From such a page browsers post forms with `Origin: null`, which Django's guard refuses. That the
    form is ours is then told by the token, and by Sec-Fetch-Site where the browser sends it.
    """
    guarded = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        if request.headers.get("Origin") == "null" and site == "same-origin":
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        response = guarded(request, *args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return page


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response
