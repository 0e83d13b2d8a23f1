"""A page sent whole to a browser, or one named block of it to htmx."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.backends.utils import csrf_input_lazy, csrf_token_lazy
from django.utils.cache import patch_vary_headers
from jinja2_fragments import render_block

from wainwright.web.folding import engine


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any], *, block: str
) -> HttpResponse:
    """`template`, of which htmx gets only `block`; caches keep the two apart."""
    if wants_block(request):
        response = HttpResponse(_block(request, template, context, block))
    else:
        response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request", "HX-Request-Type"])
    return response


def wants_block(request: HttpRequest) -> bool:
    """htmx asks for parts, except where it replaces the body: then it wants the page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-Request-Type") != "full"


def _block(request: HttpRequest, template: str, context: dict[str, Any], block: str) -> str:
    backend = engine()
    known = {
        "request": request,
        "csrf_input": csrf_input_lazy(request),
        "csrf_token": csrf_token_lazy(request),
    }
    for processor in backend.template_context_processors:
        known |= processor(request)
    return render_block(backend.env, template, block, **(known | context))
