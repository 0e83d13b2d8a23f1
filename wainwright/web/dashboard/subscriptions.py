"""Every arrangement with future payments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from wainwright.billing.models import Subscription
from wainwright.billing.standing import Plan
from wainwright.catalog.models import Product
from wainwright.reports import subscriptions as report
from wainwright.web import sheets
from wainwright.web.dashboard import listing, words
from wainwright.web.dashboard.faces import StaffRequest, staff_page
from wainwright.web.dashboard.frame import page as framed
from wainwright.web.sentences import from_where
from wainwright.web.sheets import Cell
from wainwright.web.tables import Column, sortable

ROOM = "subscriptions"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for in the page's address."""

    view: str
    words: str
    product: Product | None
    sort: str

    @property
    def kept(self) -> dict[str, str]:
        return {
            "view": self.view,
            "q": self.words,
            "product": self.product.public_id if self.product else "",
            "sort": self.sort if self.sort != report.NEWEST else "",
        }


def wanted_of(request: StaffRequest) -> Wanted:
    query = request.GET
    product = request.reach.products().filter(public_id=listing.words(query, "product")).first()
    return Wanted(
        view=listing.one_of(query, "view", report.VIEWS),
        words=listing.words(query),
        product=product,
        sort=listing.one_of(query, "sort", report.SORTS, report.NEWEST),
    )


def matching(request: StaffRequest, wanted: Wanted) -> QuerySet[Subscription]:
    """Of every view; the tabs count these."""
    return report.matching(
        request.reach.subscriptions(),
        words=wanted.words,
        product_id=wanted.product.pk if wanted.product else None,
    )


def in_view(rows: QuerySet[Subscription], wanted: Wanted) -> QuerySet[Subscription]:
    chosen = rows.filter(report.VIEWS[wanted.view]) if wanted.view else rows
    return chosen.order_by(*report.SORTS[wanted.sort])


@require_safe
@staff_page
def page(request: StaffRequest) -> HttpResponse:
    wanted = wanted_of(request)
    rows = matching(request, wanted)
    counts = report.counts(rows)
    found = listing.paged(in_view(rows, wanted), request.GET, wanted.kept)
    products = request.reach.products().order_by("name").values_list("public_id", "name")[:500]
    return framed(
        request,
        "subscriptions.html",
        {
            "found": found,
            "wanted": wanted,
            "views": _tabs(wanted, counts),
            "columns": _columns(wanted),
            "products": [("", _("All")), *products],
            "csv_url": reverse("dashboard:subscriptions_csv") + listing.address(wanted.kept),
            "state_of": words.state_of,
            "done_by": _done_by(found.rows),
            "recurring": words.sums(report.recurring(rows)),
        },
        room=ROOM,
        block="results",
    )


def _done_by(rows: Sequence[Subscription]) -> dict[int, str]:
    """Who paused or cancelled them, from where and why, by their keys."""
    pauses = report.open_pauses().filter(subscription__in=rows)
    paused = {each.subscription_id: words.who(each.by, each.source, each.reason) for each in pauses}
    cancelled = {
        each.pk: words.who(each.cancel_by, each.cancel_source, each.cancel_reason) for each in rows
    }
    return {each.pk: paused.get(each.pk) or cancelled[each.pk] for each in rows}


def _tabs(wanted: Wanted, counts: dict[str, int]) -> list[tuple[str, str, bool, int]]:
    names = {
        "": _("All"),
        "active": _("Active"),
        "trial": _("Trial"),
        "past_due": _("Past due"),
        "paused": _("Paused"),
        "ending": _("Cancelled but running"),
        "cancelled": _("Cancelled"),
        "completed": _("Completed"),
    }
    counted = {"": sum(counts.values())} | counts
    here = reverse("dashboard:subscriptions")
    return [
        (
            name,
            here + listing.address(wanted.kept | {"view": view}),
            view == wanted.view,
            counted[view],
        )
        for view, name in names.items()
    ]


def _columns(wanted: Wanted) -> list[str | Column]:
    return [
        _("Customer"),
        _("Plan"),
        _("State"),
        Column(_("Each payment"), number=True),
        sortable(_("Next charge"), "next", wanted.sort, wanted.kept),
        sortable(_("Since"), "date", wanted.sort, wanted.kept),
    ]


@require_safe
@staff_page
def sheet(request: StaffRequest) -> StreamingHttpResponse:
    """The rows of the same question, all of them."""
    wanted = wanted_of(request)
    rows = in_view(matching(request, wanted), wanted)
    return sheets.download("subscriptions", HEADER, lambda: _cells(request, rows))


HEADER = (
    "subscription",
    "business",
    "customer_name",
    "email",
    "plan",
    "state",
    "amount",
    "currency",
    "interval",
    "payments_made",
    "payments_total",
    "started",
    "next_charge",
    "runs_until",
    "ended",
    "cancel_source",
    "cancelled_by",
    "cancel_reason",
    "quantity",
    "paused_since",
    "paused_until",
    "pause_source",
    "paused_by",
    "pause_reason",
    "next_plan",
)


def _cells(request: StaffRequest, rows: QuerySet[Subscription]) -> Iterator[list[Cell]]:
    zone = ZoneInfo(request.reach.main.zone)

    def local(moment: datetime | None) -> datetime | None:
        return moment.astimezone(zone) if moment else None

    rows = rows.prefetch_related(Prefetch("pauses", report.open_pauses(), to_attr="open_pauses"))
    for each in rows.iterator(chunk_size=1000):
        pause = next(iter(each.open_pauses), None)
        yield [
            each.public_id,
            request.reach.business_of(each).name,
            each.customer.name,
            each.customer.email,
            each.name,
            words.state_of(each),
            each.money,
            each.currency,
            each.interval,
            each.payments_made,
            each.payments_total,
            local(each.started_at),
            local(each.next_due_at),
            local(each.cancel_at),
            local(each.ended_at),
            from_where(each.cancel_source),
            each.cancel_by,
            each.cancel_reason,
            each.quantity,
            local(each.paused_at),
            local(each.resume_at),
            from_where(pause.source) if pause else "",
            pause.by if pause else "",
            pause.reason if pause else "",
            Plan(**each.then).words if each.then else "",
        ]
