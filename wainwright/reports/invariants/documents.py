"""I8: numbers without gap, days that only rise, and documents that nobody changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from django.db.models import F, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _

from wainwright.invoicing.files import path_of
from wainwright.invoicing.models import Document, Gap, Series
from wainwright.invoicing.numbering import text_of
from wainwright.reports.invariants.found import Found, rows


def numbers_gapless() -> Found:
    """From the first number to the last given one, but for starts that were raised."""
    broken = []
    for series in rows(Series).select_related("business"):
        gaps = dict(rows(Gap).filter(series=series).values_list("after", "before"))
        last = series.first_number - 1
        numbers = rows(Document).filter(series=series).order_by("number")
        for number in [*numbers.values_list("number", flat=True).iterator(), series.next_number]:
            if _reach(last, gaps, number) != number - 1:
                broken.append(_missing(series, last + 1, number - 1))
            last = number
    return Found(rows(Document).count(), broken)


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
    documents = rows(Document).annotate(
        day_before=Window(Lag("issued_on"), partition_by="series_id", order_by="number")
    )
    back = documents.filter(issued_on__lt=F("day_before"))
    return Found(
        documents.count(),
        [
            _("%(id)s: was issued on %(day)s, the number before on %(before)s")
            % {"id": public_id, "day": day, "before": before}
            for public_id, day, before in back.values_list("public_id", "issued_on", "day_before")
        ],
    )


def content_unchanged() -> Found:
    """The frozen content has its hash and is what the columns say; a kept file has its own."""
    documents = rows(Document).select_related("series")
    count, broken = 0, []
    for document in documents.iterator(chunk_size=500):
        count += 1
        broken += [f"{document.public_id}: {fault}" for fault in _faults(document)]
    return Found(count, broken)


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
