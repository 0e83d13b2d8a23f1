"""From where a request came, and by which way: a proxy's word counts only if we trust it."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

_FORWARDED = "HTTP_X_FORWARDED_"


class ProxyMiddleware:
    """First of all: whoever is no trusted proxy forwards nothing, whatever his headers say."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.trusted = frozenset(settings.TRUSTED_PROXIES)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.META
        # Hardly anybody forwards anything: one look at all the names is quicker than one at each.
        if _FORWARDED in " ".join(told) and told.get("REMOTE_ADDR") not in self.trusted:
            for name in [name for name in told if name.startswith(_FORWARDED)]:
                del told[name]
        return self.get_response(request)


def client_ip(request: HttpRequest) -> str:
    """The visitor's address: of the hops that led here the last that is no trusted proxy.

    Each proxy adds whom it heard, so what stands before that hop is the visitor's own tale.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    told = request.headers.get("X-Forwarded-For", "").split(",")
    for hop in reversed([*map(str.strip, told), direct]):
        if hop and hop not in settings.TRUSTED_PROXIES:
            return hop
    return direct
