"""Logging in by a passkey."""

from __future__ import annotations

from allauth.core.internal import ratelimit
from allauth.mfa.webauthn import views
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


def login(request: HttpRequest) -> HttpResponseBase:
    """Asking for a challenge opens a session as well, so it is counted like trying one."""
    refused: HttpResponse | None = ratelimit.consume_or_429(
        request, app="allauth.mfa", action="webauthn_login", limit_get=True
    )
    return refused or views.login_webauthn(request)
