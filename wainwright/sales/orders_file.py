"""Reading past orders from a CSV file: each row is an order, or says why it cannot be one."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import TextIOWrapper
from typing import IO
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from wainwright.core.dates import to_utc
from wainwright.core.errors import Refused
from wainwright.core.money import CURRENCIES, MAX_MINOR, Money, exponent

REQUIRED = ("order_ref", "date", "email", "item", "quantity", "total", "currency")
KNOWN = frozenset((*REQUIRED, "name", "product_code"))
LONGEST = {"order_ref": 100, "email": 254, "item": 500, "name": 200, "product_code": 100}
FIRST_DAY = date(1970, 1, 1)
MOST_OF_ONE = 1_000_000_000
LONGEST_LINE = 1_000_000

_AMOUNT = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?", re.ASCII
)


class BadFile(Refused):
    """The file as a whole cannot be read as orders."""

    code = "bad_file"


class Unfit(Exception):
    """A row cannot be an order; says why."""


@dataclass(frozen=True, slots=True)
class PastOrder:
    line: int
    order_ref: str
    placed_at: datetime
    email: str
    name: str
    item: str
    product_code: str
    quantity: int
    total: Money


@dataclass(frozen=True, slots=True)
class BadRow:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """A row that stood in the file before, word for word."""

    line: int


type Row = PastOrder | BadRow | Repeat


class OrdersFile:
    """The open file; `rows()` begins anew each time. Days are days of the business's zone."""

    def __init__(self, file: IO[bytes], *, zone: str, today: date) -> None:
        self._file = file
        self._zone = zone
        self._last_day = today + timedelta(days=1)

    def rows(self) -> Iterator[Row]:
        self._file.seek(0)
        # Broken bytes become lone surrogates, which no sound text holds: so their row is named.
        text = TextIOWrapper(
            self._file,
            encoding="utf-8-sig",
            errors="surrogateescape",
            newline="",
        )
        try:
            yield from self._rows(text)
        finally:
            text.detach()

    def _rows(self, text: TextIOWrapper) -> Iterator[Row]:
        records = _records(text)
        columns = _columns(next(records, (1, []))[1])
        seen: dict[str, int] = {}
        for line, cells in records:
            try:
                order = self._order(line, _values(columns, cells))
                yield _once(order, seen)
            except Unfit as unfit:
                yield BadRow(line, str(unfit))

    def _order(self, line: int, values: dict[str, str]) -> PastOrder:
        return PastOrder(
            line=line,
            order_ref=_filled(values, "order_ref"),
            placed_at=self._moment(_filled(values, "date")),
            email=_email(_filled(values, "email")),
            name=values.get("name", ""),
            item=_filled(values, "item"),
            product_code=values.get("product_code", ""),
            quantity=_quantity(_filled(values, "quantity")),
            total=_total(_filled(values, "total"), _filled(values, "currency").upper()),
        )

    def _moment(self, text: str) -> datetime:
        day, moment = _read_moment(text, self._zone)
        if not FIRST_DAY <= day <= self._last_day:
            raise Unfit(
                _("date: %(text)s lies before 1970 or in the future") % {"text": _shown(text)}
            )
        return moment


def _once(order: PastOrder, seen: dict[str, int]) -> Row:
    content = hash((order.placed_at, order.email, order.item, order.quantity, order.total))
    if order.order_ref not in seen:
        seen[order.order_ref] = content
        return order
    if seen[order.order_ref] != content:
        raise Unfit(_("order_ref: stands further up with other content"))
    return Repeat(order.line)


def _records(text: TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
    """The line each record begins on, and its fields; none for a record that cannot be read."""
    reader = csv.reader(_lines(text))
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            yield line, []
            continue
        if cells is None:
            return
        if cells:
            yield line, cells


def _lines(text: TextIOWrapper) -> Iterator[str]:
    """Line by line; of one without end no more is read into memory than could ever be used."""
    while line := text.readline(LONGEST_LINE):
        end = line
        while len(end) == LONGEST_LINE and not end.endswith(("\n", "\r")):
            end = text.readline(LONGEST_LINE)
        yield line


def _columns(heading: list[str]) -> list[str]:
    names = [name.strip().lower() for name in heading]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise BadFile(
            _(
                "The first line must name the columns, parted by commas, in UTF-8."
                " Missing: %(names)s."
            )
            % {"names": ", ".join(missing)}
        )
    twice = sorted(name for name in KNOWN if names.count(name) > 1)
    if twice:
        raise BadFile(_("The first line names %(names)s twice.") % {"names": ", ".join(twice)})
    return names


def _values(columns: list[str], cells: list[str]) -> dict[str, str]:
    """The columns we know, trimmed; the others are nobody's concern."""
    if not cells:
        raise Unfit(_("a field is longer than 131072 characters: is a quotation mark not closed?"))
    if len(cells) != len(columns):
        raise Unfit(
            _("has %(found)s fields where the first line has %(wanted)s")
            % {"found": len(cells), "wanted": len(columns)}
        )
    given = zip(columns, cells, strict=True)
    return {column: _text(column, cell) for column, cell in given if column in KNOWN}


def _text(column: str, cell: str) -> str:
    text = cell.strip()
    if not text.isprintable():
        text = _printable(column, text)
    if len(text) > LONGEST.get(column, 40):
        raise Unfit(
            _("%(column)s: is longer than %(most)s characters")
            % {"column": column, "most": LONGEST.get(column, 40)}
        )
    return text


def _printable(column: str, text: str) -> str:
    """Line breaks and tabs become spaces. Marks that join letters or turn their direction stay."""
    if "\0" in text:
        raise Unfit(_("%(column)s: holds a NUL byte") % {"column": column})
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Unfit(_("%(column)s: is not UTF-8 text") % {"column": column})
    line = " ".join(text.split())
    if any(unicodedata.category(letter) == "Cc" for letter in line):
        raise Unfit(_("%(column)s: holds control characters") % {"column": column})
    return line


def _filled(values: dict[str, str], column: str) -> str:
    if not values[column]:
        raise Unfit(_("%(column)s: is empty") % {"column": column})
    return values[column]


@lru_cache(maxsize=4096)
def _read_moment(text: str, zone: str) -> tuple[date, datetime]:
    """The zone's calendar day, and the instant: the day's beginning where no time is given."""
    try:
        if not _MOMENT.fullmatch(text):
            raise ValueError(text)
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            return moment.date(), to_utc(moment, zone)
        return moment.astimezone(ZoneInfo(zone)).date(), moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(
            _("date: %(text)s is not a day such as 2024-12-31") % {"text": _shown(text)}
        ) from None


def _email(text: str) -> str:
    try:
        validate_email(text)
    except ValidationError:
        raise Unfit(_("email: %(text)s is not an address") % {"text": _shown(text)}) from None
    return text


def _quantity(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_OF_ONE):
        raise Unfit(
            _("quantity: %(text)s is not a whole number from 1 to 1000000000")
            % {"text": _shown(text)}
        )
    return int(text)


def _total(text: str, currency: str) -> Money:
    if currency not in CURRENCIES:
        raise Unfit(_("currency: %(text)s is not known") % {"text": _shown(currency)})
    if not _AMOUNT.fullmatch(text):
        raise Unfit(_("total: %(text)s is not a sum such as 1234.50") % {"text": _shown(text)})
    if text.startswith("-"):
        raise Unfit(_("total: %(text)s is negative") % {"text": text})
    whole, _point, decimals = text.partition(".")
    digits = exponent(currency)
    if decimals[digits:].strip("0"):
        raise Unfit(
            _("total: %(text)s has more decimals than %(currency)s, which has %(digits)s")
            % {"text": text, "currency": currency, "digits": digits}
        )
    minor = int(whole + decimals[:digits].ljust(digits, "0"))
    if minor > MAX_MINOR:
        raise Unfit(
            _("total: %(text)s is beyond 10^15 of the smallest unit") % {"text": _shown(text)}
        )
    return Money(minor, currency)


def _shown(text: str) -> str:
    return f"“{text}”" if len(text) <= 40 else f"“{text[:39]}…”"
