"""Loosening the Content-Security-Policy where a page must lead elsewhere."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.utils.csp import CSP

from wainwright.payments.connections import test_gateway_origin


def lead_to_gateways[Response: HttpResponse](response: Response) -> Response:
    """Lets this page's forms end at a gateway's page: browsers check where a form is redirected."""
    policy: dict[str, Any] = {
        **settings.SECURE_CSP,
        "form-action": [CSP.SELF, test_gateway_origin()],
    }
    response._csp_config = policy  # type: ignore[attr-defined]
    return response
