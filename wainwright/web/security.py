"""What browsers are told to refuse, and where a page must be let lead elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP

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
    """The headers of every answer that Django has no setting for; a view's own stand."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response


def lead_to_gateways[Response: HttpResponse](response: Response) -> Response:
    """Lets this page's forms end at a gateway's page: browsers check where a form is redirected."""
    policy: dict[str, Any] = {
        **settings.SECURE_CSP,
        "form-action": [CSP.SELF, test_gateway_origin()],
    }
    response._csp_config = policy  # type: ignore[attr-defined]
    return response
