"""Which business a request is for: told by its host, or by /b/<business>/ in its path.

The prefix is taken off the path and becomes the script prefix, so that every view and every
`reverse()` below works the same on a host of its own and under /b/<business>/.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import set_script_prefix

from wainwright.accounts import directory
from wainwright.web.routes import answering

_HOST = re.compile(r"(?P<host>[a-z0-9.-]*[a-z0-9])\.?(:[0-9]{1,5})?")
TEST_GATEWAY_HOST = "testgateway.localhost"
TEST_GATEWAY_ROUTES = "wainwright.payments.gateways.test.urls"


class HostMiddleware:
    """Sets `request.business` (None on hosts of no business) and answers 421 to unknown hosts."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = host_of(request)
        if host == TEST_GATEWAY_HOST:
            request.business = None  # type: ignore[attr-defined]
            request.urlconf = TEST_GATEWAY_ROUTES
            return self._answer(request, "/", TEST_GATEWAY_ROUTES)
        slug, rest = split_prefix(request.path_info)
        if not is_main(host):
            found = directory.business_by_host(host)
            if found is None:
                return HttpResponse(status=421)
            if slug is not None and slug != found.slug:
                return HttpResponse(status=404)
        elif slug is not None:
            found = directory.business_by_slug(slug)
            if found is None:
                return HttpResponse(status=404)
        else:
            found = directory.main_business()
        request.business = found  # type: ignore[attr-defined]
        request.path_info = rest
        return self._answer(request, "/" if slug is None else f"/b/{slug}/", None)

    def _answer(self, request: HttpRequest, prefix: str, urlconf: str | None) -> HttpResponse:
        # Always set, because the thread remembers the prefix of the request before.
        set_script_prefix(prefix)
        before = answering.set((prefix, urlconf))
        try:
            return self.get_response(request)
        finally:
            answering.reset(before)


def host_of(request: HttpRequest) -> str:
    """The host without its port, lower case; empty where the header is no host and port.

    Proxies' headers are never asked.
    """
    found = _HOST.fullmatch(request.META.get("HTTP_HOST", "").lower())
    return found["host"] if found else ""


def is_main(host: str) -> bool:
    main = (urlsplit(settings.URL).hostname or "").lower()
    return host == main or (settings.ON_LOOPBACK and host in ("127.0.0.1", "localhost"))


def split_prefix(path: str) -> tuple[str | None, str]:
    """("/b/acme/hub/") -> ("acme", "/hub/"); paths without the prefix come back as they are."""
    if not path.startswith("/b/"):
        return None, path
    slug, _slash, rest = path[3:].partition("/")
    return slug, f"/{rest}"
