"""Reads of documents and their numbering."""

from __future__ import annotations

from wainwright.accounts.models import Business
from wainwright.core import clock
from wainwright.invoicing.models import Series, SeriesSettings
from wainwright.invoicing.numbering import DEFAULT_PREFIX, text_of


def numbering_of(business: Business, kind: str) -> SeriesSettings:
    """How documents of this kind are numbered, or will be by default."""
    kept: SeriesSettings | None = SeriesSettings.objects.filter(
        business=business, kind=kind
    ).first()
    return kept or SeriesSettings(business=business, kind=kind, prefix=DEFAULT_PREFIX[kind])


def next_number_text(business: Business, kind: str) -> str:
    """What the next document of this kind would be called if it were issued today."""
    wanted = numbering_of(business, kind)
    year = clock.today(business.zone).year if wanted.yearly else 0
    running: Series | None = Series.objects.filter(business=business, kind=kind, year=year).first()
    series = running or Series(business=business, kind=kind, year=year, prefix=wanted.prefix)
    return text_of(series, series.next_number)
