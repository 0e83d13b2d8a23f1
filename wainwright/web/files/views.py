"""A business's own stylesheet and logo, for everyone who sees its pages."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.csp import CSP
from django.utils.http import quote_etag
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from wainwright.accounts.models import Business
from wainwright.web import accents

KEPT_SECONDS = 300


@require_safe
def accent(request: HttpRequest) -> HttpResponse:
    """The accent roles of its colour, to be linked after main.css."""
    return _kept(request, accents.accent(_business(request).accent).css().encode(), "text/css")


@require_safe
@csp_override({"default-src": [CSP.NONE], "sandbox": [""]})
def logo(request: HttpRequest) -> HttpResponse:
    """The picture as it was drawn anew when it was uploaded; always a PNG, and never more."""
    business = _business(request)
    path = settings.UPLOADS_FOLDER / business.logo if business.logo else None
    if path is None or not path.is_file():
        raise Http404
    response = _kept(request, path.read_bytes(), "image/png")
    response.headers["Content-Disposition"] = 'inline; filename="logo.png"'
    return response


def _business(request: HttpRequest) -> Business:
    business: Business | None = request.business  # type: ignore[attr-defined]
    if business is None:
        raise Http404
    return business


def _kept(request: HttpRequest, content: bytes, kind: str) -> HttpResponse:
    """Kept by browsers for five minutes, and after that as long as it has not changed."""
    etag = quote_etag(hashlib.sha256(content).hexdigest()[:32])
    response = HttpResponse(content, content_type=kind)
    response.headers["ETag"] = etag
    response.headers["X-Content-Type-Options"] = "nosniff"
    patch_cache_control(response, public=True, max_age=KEPT_SECONDS)
    return get_conditional_response(request, etag, response=response) or response
