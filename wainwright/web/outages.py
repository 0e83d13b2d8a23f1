"""When the database is gone or a disk is full: 503, and a page that needs neither."""

from __future__ import annotations

import errno
import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

SECONDS_TO_COME_BACK = 30
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


def is_outage(error: BaseException | None) -> bool:
    """Nothing is wrong with the request or with us: what we keep things in does not answer."""
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    return isinstance(error, OperationalError | InterfaceError)


def page(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """Promises no more than is known: a write whose answer was lost may have been kept."""
    log.error("answered 503 to %s: %s: %s", request.method, type(error).__name__, error)
    language = getattr(request, "LANGUAGE_CODE", "")
    with translation.override(language or translation.get_language_from_request(request)):
        message = _(
            "We cannot reach our data just now. All that was confirmed to you is kept, and no"
            " payment is ever taken twice. If you just sent something, look whether it arrived"
            " before you send it again."
        )
        context = {"status": 503, "message": message}
        response = render(request, "layouts/error.html", context, status=503)
    response.headers["Retry-After"] = str(SECONDS_TO_COME_BACK)
    response.headers["Cache-Control"] = "no-store"
    return response
