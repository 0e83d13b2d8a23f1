"""What every list of the dashboard shares: pages of fifty, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from wainwright.core.dates import to_utc
from wainwright.web import formats

ROWS = 50
MOST_PAGES = 100_000
COUNTED = 1_000  # counting a million rows would cost more than showing fifty


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, with where it lies and the addresses before and after it.

    `total` is counted up to COUNTED; one more means: more than that.
    """

    rows: list[Any]
    total: int
    number: int
    newer: str
    older: str

    @property
    def position(self) -> str:
        if not self.total:
            return ""
        first = (self.number - 1) * ROWS + 1
        words = {
            "first": formats.number(first),
            "last": formats.number(first + len(self.rows) - 1),
            "total": formats.number(min(self.total, COUNTED)),
        }
        if self.total > COUNTED:
            return _("%(first)s to %(last)s of more than %(total)s") % words
        return _("%(first)s to %(last)s of %(total)s") % words


class Rows(Protocol):
    """What answers a question, to be read in parts."""

    def counted(self, most: int) -> int:
        """How many there are, but not counted beyond `most`."""

    def part(self, start: int, most: int) -> list[Any]:
        """At most so many of them from there on."""


class RowsOf:
    """The rows of an ordinary queryset."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self._rows = rows

    def counted(self, most: int) -> int:
        return self._rows.order_by()[:most].count()

    def part(self, start: int, most: int) -> list[Any]:
        return list(self._rows[start : start + most])


def paged(rows: Rows | QuerySet[Any], query: QueryDict, kept: dict[str, str]) -> Page:
    """Fifty rows, of the page asked for; a page beyond the end is the last."""
    if isinstance(rows, QuerySet):
        rows = RowsOf(rows)
    total = rows.counted(COUNTED + 1)
    number = max(1, whole_number(query.get("page", ""), MOST_PAGES) or 1)
    if total <= COUNTED:
        number = min(number, _last(total))
    found = _from(rows, number)
    if not found and number > 1:
        number = _last(rows.counted(MOST_PAGES * ROWS))
        found = _from(rows, number)
    return Page(
        rows=found[:ROWS],
        total=total,
        number=number,
        newer=address(kept | {"page": str(number - 1)}) if number > 1 else "",
        older=address(kept | {"page": str(number + 1)}) if len(found) > ROWS else "",
    )


def _last(total: int) -> int:
    return max(1, -(-total // ROWS))


def _from(rows: Rows, number: int) -> list[Any]:
    """The rows of a page, and one more if there is another page."""
    return rows.part((number - 1) * ROWS, ROWS + 1)


def address(query: dict[str, str]) -> str:
    """?a=b of what is not empty."""
    return "?" + urlencode({name: value for name, value in query.items() if value})


def words(query: QueryDict, name: str = "q") -> str:
    """What was searched for: bounded, without what a database cannot hold."""
    return " ".join(query.get(name, "").replace("\0", " ").split())[:200]


def one_of(query: QueryDict, name: str, allowed: Iterable[str], otherwise: str = "") -> str:
    value = query.get(name, "")
    return value if value in allowed else otherwise


def whole_number(text: str, most: int) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    return min(int(text), most)


def day(query: QueryDict, name: str) -> date | None:
    """A calendar day, or None for none and for what is none."""
    try:
        found = date.fromisoformat(query.get(name, ""))
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2200 else None


def midnight(of: date, zone: str) -> datetime:
    return to_utc(datetime(of.year, of.month, of.day), zone)  # noqa: DTZ001, local by intent
