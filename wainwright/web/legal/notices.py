"""Who sells here, and what is kept about a buyer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wainwright.web.hub.faces import DoorRequest, door_page


@require_safe
@door_page
def privacy(request: DoorRequest) -> HttpResponse:
    return render(request, "legal/privacy.html")


@require_safe
@door_page
def imprint(request: DoorRequest) -> HttpResponse:
    return render(request, "legal/imprint.html")
