"""I8: numbers without gap, days that only rise, and documents that nobody changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from operator import itemgetter
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _

from wainwright.core.prepared import Slot, by, prepared
from wainwright.invoicing.files import path_of
from wainwright.invoicing.models import Document, Gap, Series
from wainwright.invoicing.numbering import text_of
from wainwright.reports.invariants.found import Found, counted, read_before, rows

_AT_ONCE = 500


def numbers_gapless() -> Found:
    """From the first number to the last given one, but for starts that were raised."""
    broken = []
    leaps = by(_leaps(), key=itemgetter(0))
    for series in _series():
        gaps = dict(_gaps(series))
        steps = [step for _series_id, *step in leaps.get(series.pk, [])]
        for last, number in [*steps, (series.last, series.next_number)]:
            last = series.first_number - 1 if last is None else last
            if _reach(last, gaps, number) != number - 1:
                broken.append(_missing(series, last + 1, number - 1))
    return Found(counted(Document), broken)


@prepared
def _series() -> QuerySet[Any]:
    """With the last number that was given in each."""
    documents = rows(Document).filter(series=OuterRef("pk")).order_by("-number").values("number")
    return rows(Series).select_related("business").annotate(last=Subquery(documents[:1]))


@prepared
def _gaps(series: Slot) -> QuerySet[Gap, Any]:
    return rows(Gap).filter(series=series).values_list("after", "before")


@prepared
def _leaps() -> QuerySet[Document, Any]:
    """Series, number before, number: wherever that is not the next one."""
    before = Window(Lag("number"), partition_by="series_id", order_by="number")
    leap = Q(before=None) | ~Q(number=F("before") + 1)
    found = rows(Document).annotate(before=before).filter(leap)
    return found.order_by("series_id", "number").values_list("series_id", "before", "number")


def _reach(last: int, gaps: dict[int, int], number: int) -> int:
    """The number just before the next one to be given, having followed recorded gaps."""
    while last < number - 1 and last in gaps:
        last = gaps[last] - 1
    return last


def _missing(series: Series, first: int, last: int) -> str:
    texts = [text_of(series, first), *([text_of(series, last)] if last > first else [])]
    return _("%(business)s: the %(kind)s series in %(mode)s has no %(numbers)s") % {
        "business": series.business.slug,
        "kind": series.get_kind_display(),
        "mode": series.mode,
        "numbers": " – ".join(texts),
    }


def days_rise() -> Found:
    return Found(
        counted(Document),
        [
            _("%(id)s: was issued on %(day)s, the number before on %(before)s")
            % {"id": public_id, "day": day, "before": before}
            for public_id, day, before in _back_in_time()
        ],
    )


@prepared
def _back_in_time() -> QuerySet[Document, Any]:
    before = Window(Lag("issued_on"), partition_by="series_id", order_by="number")
    back = rows(Document).annotate(day_before=before).filter(issued_on__lt=F("day_before"))
    return back.values_list("public_id", "issued_on", "day_before")


def content_unchanged() -> Found:
    """The frozen content has its hash and is what the columns say; a kept file has its own."""
    read, broken = read_before().documents, []
    for series in _series():
        last, changed = read.get(series.pk, 0), []
        while some := _documents_after(series, last, limit=_AT_ONCE):
            changed += [f"{each.public_id}: {fault}" for each in some for fault in _faults(each)]
            last = some[-1].number
        if not changed:
            read[series.pk] = last
        broken += changed
    return Found(counted(Document), broken)


@prepared
def _documents_after(series: Slot, number: Slot, *, limit: int) -> QuerySet[Document]:
    documents = rows(Document).filter(series=series, number__gt=number).select_related("series")
    return documents.order_by("number")[:limit]


def _faults(document: Document) -> Iterator[str]:
    if hashlib.sha256(document.content.encode()).hexdigest() != document.content_hash:
        yield _("its content is not the one that was issued")
        return
    content = json.loads(document.content)
    said = (content["number"], content["issued_on"], content["currency"], content["totals"])
    totals = {"net": document.net, "tax": document.tax, "gross": document.gross}
    columns = (
        document.number_text,
        document.issued_on.isoformat(),
        document.currency,
        totals,
    )
    if said != columns or document.number_text != text_of(document.series, document.number):
        yield _("its columns are not what its content says")
    if document.pdf_sha256:
        try:
            drawn = hashlib.sha256(path_of(document).read_bytes()).hexdigest()
        except OSError:
            yield _("its file is missing")
        else:
            if drawn != document.pdf_sha256:
                yield _("its file is not the one that was drawn")
