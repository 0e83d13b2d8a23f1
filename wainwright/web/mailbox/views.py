"""A mailbox for everybody who may read the machine's disk anyway: it answers on loopback only."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.csp import CSP
from django.utils.html import urlize
from django.utils.safestring import mark_safe
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_safe

from wainwright.web.mailbox import reading

View = Callable[..., HttpResponse]
SANDBOX: dict[str, Any] = {
    "default-src": [CSP.NONE],
    "style-src": [CSP.UNSAFE_INLINE],
    "sandbox": True,
}


def on_this_machine(view: View) -> View:
    """There is nothing here where letters go out for real, or where others may reach us."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.MAIL_TO_FILES and settings.ON_LOOPBACK):
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return page


@on_this_machine
def mailbox(request: HttpRequest) -> HttpResponse:
    query = request.GET.get("q", "")[:200]
    context = {"letters": reading.newest(query), "query": query}
    return render(request, "mailbox/list.html", context)


@on_this_machine
def letter(request: HttpRequest, name: str) -> HttpResponse:
    message = _message(name)
    # urlize escapes everything but the links it makes.
    text = urlize(reading.body(message, "plain"), autoescape=True)
    context = {
        "name": name,
        "headers": [(header, str(value)) for header, value in message.items()],
        "subject": str(message["Subject"]),
        "text": mark_safe(text),  # noqa: S308
        "attachments": [part.get_filename() for part in message.iter_attachments()],
    }
    return render(request, "mailbox/letter.html", context)


@on_this_machine
@csp_override(SANDBOX)
def as_designed(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part in a sandbox, where nothing runs and nothing is loaded."""
    return HttpResponse(reading.body(_message(name), "html"))


@on_this_machine
def attachment(request: HttpRequest, name: str, number: int) -> HttpResponse:
    parts = list(_message(name).iter_attachments())
    if number >= len(parts):
        raise Http404
    part = parts[number]
    content = part.get_content()
    response = HttpResponse(content, content_type="application/octet-stream")
    file_name = "".join(c for c in part.get_filename() or "file" if c.isalnum() or c in "-_.")
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


def _message(name: str) -> EmailMessage:
    found = reading.read(name)
    if found is None:
        raise Http404
    return found
