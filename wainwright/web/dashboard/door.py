"""The door of the staff's house: which host it stands on and how long a session lasts."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import get_script_prefix

from wainwright.accounts import sessions
from wainwright.web import addresses, hosts, refusals

PATHS = ("/dashboard/", "/accounts/")


class StaffDoor:
    """Dashboard and login answer on the install's main host alone and are never kept by caches."""

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
    if sessions.is_over(request.session):
        logout(request)
        return
    agent = request.headers.get("User-Agent", "")
    sessions.mark(request.session, agent=agent, ip=addresses.client_ip(request))
