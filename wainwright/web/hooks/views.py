"""Messages from gateways: stored first, answered, worked on later."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wainwright.accounts.models import Business
from wainwright.core import tenancy
from wainwright.payments import inbox
from wainwright.payments.connections import connection_by_id, webhook_address
from wainwright.payments.gateways.base import BadSignature, GatewayError

LARGEST = 256 * 1024


@csrf_exempt
@require_POST
def receive(request: HttpRequest, connection_id: str) -> HttpResponse:
    """200 once every event is stored; 400 for a doubtful message; 404 for no such connection."""
    business: Business | None = request.business  # type: ignore[attr-defined]
    if business is None:
        return HttpResponse(status=404)
    if len(request.body) > LARGEST:
        return HttpResponse(status=413)
    for mode in (tenancy.LIVE, tenancy.TEST):
        with tenancy.scope(business.account_id, mode):
            connection = connection_by_id(business.pk, connection_id)
            if connection is None:
                continue
            address = webhook_address(connection)
            try:
                inbox.receive(connection, request.body, request.headers, address)
            except BadSignature:
                return HttpResponse(status=400)
            except GatewayError:
                return HttpResponse(status=503)
            return HttpResponse(status=200)
    return HttpResponse(status=404)
