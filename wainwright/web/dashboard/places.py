"""Which account a person works in, and in which mode."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from wainwright.accounts import directory
from wainwright.core.tenancy import LIVE, TEST
from wainwright.web.dashboard import staff
from wainwright.web.dashboard.faces import BUSINESS, MODE, PLACE, place_of, see_other
from wainwright.web.toasts import toast


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def places(request: HttpRequest) -> HttpResponse:
    """The account chooser, for a person who has a place in several."""
    found = directory.memberships(request.user)  # type: ignore[arg-type]
    if request.method == "POST":
        if request.POST.get("place") not in {place.public_id for place in found}:
            raise Http404
        request.session[PLACE] = request.POST["place"]
        request.session.pop(BUSINESS, None)
        return see_other("home")
    current = place_of(request)
    context = {"places": found, "current": current, "user_name": str(request.user)}
    return render(request, "dashboard/places.html", context)


@require_POST
@login_required
def mode(request: HttpRequest) -> HttpResponse:
    """Switches between test and live. Live asks for a second factor first, but not in the demo."""
    wanted = request.POST.get("mode")
    if wanted not in (TEST, LIVE):
        raise Http404
    request.session[MODE] = wanted
    if wanted == LIVE and not staff.may_enter_live_mode(request.user):  # type: ignore[arg-type]
        toast(request, _("Live mode opens as soon as you have added it."), kind="info")
        return redirect("dashboard:you")
    if wanted == LIVE and settings.DEMO:
        toast(
            request,
            _("In this demo live mode needs no second factor. A real install asks for one."),
            kind="info",
        )
    return redirect(_same_list(request))


def _same_list(request: HttpRequest) -> str:
    """Back to where the switch was clicked; what is of the other mode is not there any more."""
    here = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(here, allowed_hosts=None) and here.startswith("/dashboard/"):
        return here
    return "dashboard:home"
