"""From where a request came."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The visitor's address. X-Forwarded-For counts only when it was written by a trusted proxy."""
    direct: str = request.META.get("REMOTE_ADDR", "")
    if direct not in settings.TRUSTED_PROXIES:
        return direct
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    for hop in reversed(hops):
        if hop and hop not in settings.TRUSTED_PROXIES:
            return hop
    return direct
