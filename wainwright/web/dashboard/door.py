"""The door of the staff's house: which host it stands on and how long a session lasts."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_script_prefix

from wainwright.core import clock
from wainwright.web import hosts, refusals

PATHS = ("/dashboard/", "/accounts/")
SINCE, SEEN = "staff_since", "staff_seen"
SECONDS_BETWEEN_MARKS = 60


class StaffDoor:
    """Dashboard and login answer on the install's main host alone and are never kept by caches.

    A session ends STAFF_IDLE_SECONDS after the last request and SESSION_COOKIE_AGE after the first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATHS):
            return self.get_response(request)
        if not hosts.is_main(hosts.host_of(request)) or get_script_prefix() != "/":
            return refusals.not_found(request, Http404())
        if request.user.is_authenticated:
            _watch(request)
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


def _watch(request: HttpRequest) -> None:
    now = int(clock.wall().timestamp())
    if is_over(request.session, now):
        logout(request)
        return
    request.session.setdefault(SINCE, now)
    if now - request.session.get(SEEN, 0) >= SECONDS_BETWEEN_MARKS:
        request.session[SEEN] = now


def is_over(session: SessionBase, now: int) -> bool:
    since, seen = session.get(SINCE, now), session.get(SEEN, now)
    return bool(
        now - seen > settings.STAFF_IDLE_SECONDS or now - since > settings.SESSION_COOKIE_AGE
    )
