"""Refusals become pages that say what happened, what was kept and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable

from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from wainwright.core.errors import Refused
from wainwright.web import outages


class RefusalMiddleware:
    """Turns `Refused` raised by a view into its page and status, an outage into 503."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return page(request, error.status, error.message)
        if outages.is_outage(error):
            return outages.page(request, error)
        return None


def page(request: HttpRequest, status: int, message: str) -> HttpResponse:
    return render(
        request, "layouts/error.html", {"status": status, "message": message}, status=status
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 400, _("That request could not be read. Nothing was changed."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403, _("You may not do this here. Nothing was changed."))


def not_found(request: HttpRequest, exception: Http404) -> HttpResponse:
    return page(request, 404, _("There is nothing at this address."))


def too_many(request: HttpRequest) -> HttpResponse:
    return page(request, 429, _("That was tried too often. Please wait a little and try again."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return page(
        request,
        403,
        _("The form was open too long or your browser kept no cookie. Please load the page again."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """What no view caught, such as a database that is gone before one is reached."""
    error = sys.exception()
    if outages.is_outage(error):
        return outages.page(request, error)
    try:
        return page(
            request, 500, _("Something broke on our side. What you had saved before is kept.")
        )
    except (DatabaseError, RuntimeError):
        return HttpResponse("Internal error\n", status=500, content_type="text/plain")
