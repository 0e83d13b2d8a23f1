"""A person's own login: passkeys, second factor, and where he is signed in."""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from wainwright.accounts import sessions
from wainwright.web.dashboard.devices import device_words
from wainwright.web.dashboard.faces import StaffRequest, see_other, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.toasts import toast

ROOM = "you"


@require_safe
@staff_page
def page(request: StaffRequest) -> HttpResponse:
    kept = list(request.user.authenticator_set.order_by("pk"))
    codes = next((one for one in kept if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "passkeys": [one for one in kept if one.type == Authenticator.Type.WEBAUTHN],
        "app": next((one for one in kept if one.type == Authenticator.Type.TOTP), None),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else None,
        "sessions": [
            (device_words(one.agent), one)
            for one in sessions.signed_in(request.user, request.session)
        ],
    }
    return framed(request, "you.html", context, room=ROOM)


@require_POST
@staff_page
def end_session(request: StaffRequest, session_id: str) -> HttpResponse:
    if not sessions.end_one(request.user, session_id):
        raise Http404
    toast(request, _("That device is signed out."))
    return see_other(ROOM)


@require_POST
@staff_page
def end_others(request: StaffRequest) -> HttpResponse:
    """Signs out everywhere but here."""
    ended = sessions.end_all(request.user, but=request.session)
    words = ngettext(
        "One other device is signed out.", "%(count)s other devices are signed out.", ended
    )
    toast(request, words % {"count": ended})
    return see_other(ROOM)
