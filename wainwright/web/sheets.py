"""Tables as CSV files (RFC 4180) that no spreadsheet mistakes for formulas."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse

from wainwright.core import tenancy
from wainwright.core.money import Money

# What makes Excel, LibreOffice or Google Sheets compute a cell, full-width forms included.
_DANGEROUS = tuple("=+-@\t\r\n＝＋－＠")

Cell = str | int | Money | datetime | None


def download(
    name: str, header: Sequence[str], rows: Callable[[], Iterable[Sequence[Cell]]]
) -> StreamingHttpResponse:
    """The file, written while it is sent, inside the scope of the page that asked for it."""
    here = tenancy.current()
    response = StreamingHttpResponse(
        _within(here.account_id, here.mode, header, rows), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _within(
    account_id: int,
    mode: str,
    header: Sequence[str],
    rows: Callable[[], Iterable[Sequence[Cell]]],
) -> Iterator[bytes]:
    with tenancy.scope(account_id, mode):
        yield from lines(header, rows())


def lines(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[bytes]:
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield _line(writer, header)
    for row in rows:
        yield _line(writer, [cell(value) for value in row])


def cell(value: Cell) -> str:
    """Sums and counts stay numbers; text that would be computed begins with an apostrophe."""
    if isinstance(value, Money):
        return value.plain()
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, int):
        return str(value)
    text = value or ""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _line(writer: Any, row: Sequence[str]) -> bytes:
    written: str = writer.writerow(row)
    return written.encode()


class _Echo:
    """Hands every written line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line
