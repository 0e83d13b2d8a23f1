"""What every list of the dashboard shares: pages of fifty, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from wainwright.core.dates import to_utc
from wainwright.web import formats

ROWS = 50
MOST_PAGES = 100_000


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, with where it lies and the addresses before and after it."""

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
        return _("%(first)s to %(last)s of %(total)s") % {
            "first": formats.number(first),
            "last": formats.number(first + len(self.rows) - 1),
            "total": formats.number(self.total),
        }


def paged(rows: QuerySet[Any], query: QueryDict, kept: dict[str, str]) -> Page:
    """Fifty rows, of the page asked for; a page beyond the end is the last."""
    total = rows.count()
    last = max(1, -(-total // ROWS))
    number = min(max(1, whole_number(query.get("page", ""), MOST_PAGES) or 1), last)
    start = (number - 1) * ROWS
    return Page(
        rows=list(rows[start : start + ROWS]),
        total=total,
        number=number,
        newer=address(kept | {"page": str(number - 1)}) if number > 1 else "",
        older=address(kept | {"page": str(number + 1)}) if number < last else "",
    )


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
