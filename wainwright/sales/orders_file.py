"""Reading past orders from a CSV file: each row is an order, or says why it cannot be one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import TextIOWrapper
from typing import IO

from django.utils.translation import gettext as _

from wainwright.core.errors import Refused
from wainwright.core.money import Money

REQUIRED = ("order_ref", "date", "email", "item", "quantity", "total", "currency")
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
            self._file,  # type: ignore[arg-type]  # any buffered binary file will do
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
                content = hash((order.placed_at, order.email, order.item, order.total))
                if seen.setdefault(order.order_ref, content) != content:
                    raise Unfit(_("order_ref: stands further up with other content"))
            except Unfit as unfit:
                yield BadRow(line, str(unfit))
            else:
                yield order

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
