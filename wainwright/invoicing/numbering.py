"""Gapless numbers: given under a lock, in the transaction that issues the document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import audit, clock, tenancy
from wainwright.core.actors import Actor
from wainwright.core.errors import Refused
from wainwright.core.prepared import Slot, prepared
from wainwright.core.text import clean_line
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Gap, Series, SeriesSettings

DEFAULT_PREFIX = {INVOICE: "", CREDIT_NOTE: "C-"}
HIGHEST = 10**12


@dataclass(frozen=True, slots=True)
class Given:
    """A number taken for good. `day`, the issue date, never lies before the last number's."""

    series: Series
    number: int
    text: str
    day: date


def settings_of(business: Business, kind: str) -> SeriesSettings:
    """How documents of this kind are numbered, made with the defaults when first asked for."""
    known = _settings.first(business.pk, kind)
    if known is not None:
        return known
    row, _made = SeriesSettings.objects.get_or_create(
        business=business, kind=kind, defaults={"prefix": DEFAULT_PREFIX[kind]}
    )
    return row


@prepared
def _settings(business: Slot, kind: Slot) -> QuerySet[SeriesSettings]:
    return SeriesSettings.objects.filter(business=business, kind=kind)


@prepared
def _series(business: Slot, kind: Slot, year: Slot) -> QuerySet[Series]:
    rows = Series.objects.filter(business=business, kind=kind, year=year)
    return rows.select_for_update(of=("self",))


def next_number(business: Business, kind: str) -> Given:
    """Takes the next number of the series of today. Call inside the issuing transaction.

    The year turns in the business's zone.
    """
    return next_numbers(business, kind, 1)[0]


def next_numbers(business: Business, kind: str, count: int) -> list[Given]:
    """Takes so many numbers in a row, at least one, as `next_number` takes one."""
    series = _locked_series(business, kind)
    today = clock.today(business.zone)
    day = max(today, series.last_issued_on or today)
    first = series.next_number
    series.next_number, series.last_issued_on = first + count, day
    series.save(update_fields=["next_number", "last_issued_on"])
    numbers = range(first, first + count)
    return [Given(series, number, text_of(series, number), day) for number in numbers]


def text_of(series: Series, number: int) -> str:
    """Such as 2026-0042, R-2026-0042 or 0042; test series begin with TEST-."""
    mode = "TEST-" if series.mode == tenancy.TEST else ""
    year = f"{series.year}-" if series.year else ""
    return f"{mode}{series.prefix}{year}{number:04d}"


def _locked_series(business: Business, kind: str) -> Series:
    wanted = settings_of(business, kind)
    year = clock.today(business.zone).year if wanted.yearly else 0
    series = _series.first(business.pk, kind, year)
    if series is None:
        try:
            with transaction.atomic():
                Series.objects.create(business=business, kind=kind, year=year, prefix=wanted.prefix)
        except IntegrityError:
            pass  # another worker was first; its series is taken below
        series = _series.first(business.pk, kind, year)
    assert series is not None
    return series


def configure(business: Business, kind: str, *, prefix: str, yearly: bool, by: Actor) -> None:
    """Prefix and turning of the year, from the next document on. Issued ones keep theirs.

    A running series with numbers keeps its prefix until the year turns, so that no number of it
    looks different from the one before; an unused one changes at once.
    """
    prefix = clean_line(prefix, field="prefix", most=20)
    with transaction.atomic():
        row = settings_of(business, kind)
        row.prefix, row.yearly = prefix, yearly
        row.save()
        unused = Series.objects.filter(business=business, kind=kind, last_issued_on=None)
        unused.update(prefix=prefix)
        audit.note("series.configured", business.public_id, by=by, business_id=business.pk)


def raise_start(business: Business, kind: str, number: int, *, by: Actor) -> None:
    """The next number of the current series; it may only rise."""
    with transaction.atomic():
        series = _locked_series(business, kind)
        if not series.next_number <= number <= HIGHEST:
            raise Refused(
                _("The next number is %(next)s. It can only be raised.")
                % {"next": series.next_number},
                field="start",
            )
        if series.last_issued_on is None:
            series.first_number = number
        elif number != series.next_number:
            Gap.objects.create(
                business=business, series=series, after=series.next_number - 1, before=number
            )
        series.next_number = number
        series.save(update_fields=["next_number", "first_number"])
        audit.note(
            "series.start_raised",
            business.public_id,
            by=by,
            business_id=business.pk,
            kind=kind,
            number=number,
        )
