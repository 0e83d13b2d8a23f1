"""What was done to subscriptions: by whom, from where and why, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import batched
from zoneinfo import ZoneInfo

from django.http import StreamingHttpResponse
from django.views.decorators.http import require_safe

from wainwright.reports import deeds
from wainwright.web import sheets
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.sentences import from_where
from wainwright.web.sheets import Cell

HEADER = (
    "at",
    "what",
    "subscription",
    "business",
    "plan",
    "customer_name",
    "email",
    "by",
    "source",
    "reason",
    "new_plan",
    "when",
)
AT_A_TIME = 500


@require_safe
@staff_page
def sheet(request: StaffRequest) -> StreamingHttpResponse:
    return sheets.download("subscription-acts", HEADER, lambda: _cells(request))


def _cells(request: StaffRequest) -> Iterator[list[Cell]]:
    zone = ZoneInfo(request.reach.main.zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    reachable = request.reach.subscriptions().select_related("customer")
    businesses = [each.pk for each in request.reach.businesses]
    for some in batched(deeds.done(businesses), AT_A_TIME):
        known = reachable.in_bulk([deed.subscription_id for deed in some])
        for deed in some:
            found = known.get(deed.subscription_id)
            if found is None:
                continue
            yield [
                local(deed.at),
                deed.what,
                found.public_id,
                request.reach.business_of(found).name,
                found.name,
                found.customer.name,
                found.customer.email,
                deed.by,
                from_where(deed.source),
                deed.reason,
                deed.plan,
                local(deed.when),
            ]
