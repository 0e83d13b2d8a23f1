"""Cancelling and withdrawing in public: whoever declares it is heard.

No page here asks for a login, a cookie or a script, and no limit turns anybody away.
"""

from __future__ import annotations

import re
import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from wainwright.hub import sessions, statements
from wainwright.hub.models import Statement
from wainwright.web.hub.faces import DoorRequest, door_page, leave_for, session_token
from wainwright.web.legal.forms import EXTRAORDINARY, CancelForm, StatementForm

seen_or_sent = require_http_methods(["GET", "HEAD", "POST"])


@csrf_exempt
@seen_or_sent
@door_page
def cancel(request: DoorRequest) -> HttpResponse:
    """One page that leads directly to the button, which is there from the start."""
    form = CancelForm(request.POST or None, initial=_known(request))
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        extraordinary = said.pop("sort") == EXTRAORDINARY
        return _receive(request, Statement.CANCEL, said | {"extraordinary": extraordinary})
    return _page(request, "legal/cancel.html", form)


@csrf_exempt
@seen_or_sent
@door_page
def withdraw(request: DoorRequest) -> HttpResponse:
    """The statement; a second page then holds the control that makes it."""
    form = StatementForm(request.POST or None, initial=_known(request))
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        return _page(request, "legal/confirm_withdrawal.html", form)
    return _page(request, "legal/withdraw.html", form)


@csrf_exempt
@require_POST
@door_page
def confirm_withdrawal(request: DoorRequest) -> HttpResponse:
    form = StatementForm(request.POST)
    if form.is_valid():
        return _receive(request, Statement.WITHDRAW, form.cleaned_data)
    return _page(request, "legal/withdraw.html", form)


@require_safe
@door_page
def received(request: DoorRequest, kind: str, public_id: str) -> HttpResponse:
    """What was received and when. The address is known only to whoever declared it."""
    statement = _statement(request, kind, public_id)
    context = {
        "statement": statement,
        "declaration": statements.declaration(statement),
        "file_url": reverse(f"legal:{kind}_file", args=[public_id]),
    } | statements.received_words(statement)
    return _unlisted(render(request, "legal/received.html", context))


@require_safe
@door_page
def file(request: DoorRequest, kind: str, public_id: str) -> HttpResponse:
    """The declaration to keep, with its date and time."""
    statement = _statement(request, kind, public_id)
    response = HttpResponse(statements.as_text(statement), content_type="text/plain; charset=utf-8")
    name = statements.file_name(statement)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return _unlisted(response)


def _receive(request: DoorRequest, kind: str, said: dict[str, Any]) -> HttpResponse:
    statement = statements.receive(
        business=request.business,
        kind=kind,
        language=get_language() or "en",
        form_key=_form_key(request),
        **said,
    )
    address = reverse(f"legal:{statement.kind}_received", args=[statement.public_id])
    return leave_for(f"{address}?language={statement.language}")


def _page(request: HttpRequest, template: str, form: StatementForm) -> HttpResponse:
    context = {"form": form, "form_key": _form_key(request)}
    return render(request, template, context, status=400 if form.errors else 200)


def _form_key(request: HttpRequest) -> str:
    """By what the same form posted twice is recognised; whoever sends none gets a new one."""
    key = request.POST.get("form_key", "")
    return key if re.fullmatch(r"[\w-]{16,64}", key, re.ASCII) else secrets.token_urlsafe(24)


def _known(request: DoorRequest) -> dict[str, str]:
    """What need not be typed again: the contract a link names, and who is in the hub."""
    known = {"contract": request.GET.get("contract", "")[:500]}
    session = sessions.find(request.business, session_token(request))
    if session is not None:
        known |= {"name": session.customer.name, "email": session.customer.email}
    return known


def _statement(request: DoorRequest, kind: str, public_id: str) -> Statement:
    found = statements.find(request.business, kind, public_id)
    if found is None:
        raise Http404
    return found


def _unlisted(response: HttpResponse) -> HttpResponse:
    response.headers["X-Robots-Tag"] = "noindex"
    return response
