"""Who is asking, for which account, in which mode: settled before any page of the dashboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from wainwright.accounts import directory
from wainwright.accounts.models import Member, User
from wainwright.core import actors
from wainwright.core.actors import Actor
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.web.dashboard import staff
from wainwright.web.dashboard.reach import Reach

PLACE, MODE, BUSINESS = "place", "mode", "business"

View = Callable[..., HttpResponseBase]


class StaffRequest(HttpRequest):
    """What a staff page finds on its request."""

    user: User
    member: Member
    mode: str
    actor: Actor
    reach: Reach


def staff_page(view: View | None = None, *, owner: bool = False) -> Any:
    """A page of the dashboard: logged in, in one account and one mode, within the member's reach.

    `owner=True` makes it a room that client users' houses do not have.
    """
    if view is None:
        return lambda page: staff_page(page, owner=owner)

    @wraps(view)
    def page(visit: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not visit.user.is_authenticated:
            return redirect_to_login(visit.get_full_path())
        request = cast("StaffRequest", visit)
        member = place_of(request)
        if member is None:
            return HttpResponseRedirect(reverse("dashboard:places"))
        if owner and member.role != Member.OWNER:
            raise Http404
        mode = mode_of(request)
        with scope(member.account.pk, mode):
            chosen = request.GET.get(BUSINESS)
            if chosen is not None and request.method == "GET":
                return _look_at(request, chosen)
            request.member, request.mode = member, mode
            request.actor = actors.user(request.user.pk, request.user.email)
            request.reach = Reach(member, mode, request.session.get(BUSINESS, ""))
            with timezone.override(ZoneInfo(request.reach.main.zone)):
                return view(request, *args, **kwargs)

    return page


def see_other(name: str, **kwargs: str) -> HttpResponse:
    """Where the answer to a POST stands; loading that again repeats nothing."""
    return HttpResponseRedirect(reverse(f"dashboard:{name}", kwargs=kwargs or None), status=303)


def place_of(request: HttpRequest) -> Member | None:
    """The place chosen, the only one, or None: then the person has to choose."""
    places = directory.memberships(request.user)  # type: ignore[arg-type]
    if len(places) == 1:
        return places[0]
    chosen = request.session.get(PLACE)
    return next((place for place in places if place.public_id == chosen), None)


def mode_of(request: HttpRequest) -> str:
    """As switched; at first test in the demo and for whoever has no second factor yet."""
    chosen = request.session.get(MODE) or (TEST if settings.DEMO else LIVE)
    if chosen == LIVE and staff.may_enter_live_mode(request.user):  # type: ignore[arg-type]
        return LIVE
    return TEST


def _look_at(request: HttpRequest, chosen: str) -> HttpResponse:
    """Remembers the business and shows the same page without the question in its address."""
    request.session[BUSINESS] = chosen[:40]
    query = request.GET.copy()
    del query[BUSINESS]
    query.pop("page", None)
    address = f"{request.path}?{query.urlencode()}" if query else request.path
    return HttpResponseRedirect(address)
