"""What browsers are told to refuse, and where a page must be let lead elsewhere."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CSRF_SECRET_LENGTH, CsrfViewMiddleware
from django.utils.csp import CSP, build_policy

from wainwright.payments.connections import test_gateway_origin

# What no page of ours asks a device for; passkeys are for our own pages alone.
_DEVICES = ("accelerometer", "camera", "geolocation", "gyroscope", "microphone", "payment", "usb")
_PASSKEYS = ("publickey-credentials-create", "publickey-credentials-get")
HEADERS = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(
        [f"{device}=()" for device in _DEVICES] + [f"{passkey}=(self)" for passkey in _PASSKEYS]
    ),
}


class GuardsMiddleware:
    """The headers of every answer that Django has no setting for; a view's own stand.

    And the policy for content, in place of Django's middleware, which would write it anew for each
    answer: no page of ours needs a nonce.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        standard: dict[str, Any] = settings.SECURE_CSP
        self.policy = build_policy(standard)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        own = getattr(response, "_csp_config", None)  # as Django's csp_override leaves it
        policy = self.policy if own is None else build_policy(own)
        response.headers.setdefault(CSP.HEADER_ENFORCE.value, policy)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def lead_to_gateways[Response: HttpResponse](response: Response) -> Response:
    """Lets this page's forms end at a gateway's page: browsers check where a form is redirected."""
    response.headers[CSP.HEADER_ENFORCE.value] = _policy_leading_to(test_gateway_origin())
    return response


@cache
def _policy_leading_to(origin: str) -> str:
    policy: dict[str, Any] = settings.SECURE_CSP
    return build_policy({**policy, "form-action": [CSP.SELF, origin]})


class CsrfMiddleware(CsrfViewMiddleware):
    """Django's; a browser that brings no secret gets one drawn at once, not letter by letter."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.META.setdefault("CSRF_COOKIE", secrets.token_hex(CSRF_SECRET_LENGTH // 2))
