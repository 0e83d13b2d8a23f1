"""Each row of a file is an order, or says in a sentence why it cannot be one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

import pytest

from wainwright.core.money import Money
from wainwright.sales.orders_file import BadFile, BadRow, OrdersFile, PastOrder, Repeat, Row

HEADING = "order_ref,date,email,item,quantity,total,currency"
GOOD = "A-1,2024-03-31,ada@buyer.example,Workbook,2,12.50,EUR"
TODAY = date(2026, 11, 21)


def read(content: str | bytes, zone: str = "UTC") -> list[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(OrdersFile(BytesIO(raw), zone=zone, today=TODAY).rows())


def only(row: str, heading: str = HEADING) -> Row:
    (found,) = read(f"{heading}\n{row}\n")
    return found


def changed(**cells: str) -> str:
    values = dict(zip(HEADING.split(","), GOOD.split(","), strict=True))
    return ",".join(f'"{cell}"' for cell in (values | cells).values())


def test_a_good_row_is_an_order() -> None:
    assert only(GOOD) == PastOrder(
        line=2,
        order_ref="A-1",
        placed_at=datetime(2024, 3, 31, tzinfo=UTC),
        email="ada@buyer.example",
        name="",
        item="Workbook",
        product_code="",
        quantity=2,
        total=Money(1250, "EUR"),
    )


def test_columns_may_stand_in_any_order_among_others() -> None:
    heading = "Currency, total ,colour,QUANTITY,item,email,date,name,order_ref,product_code"
    row = only("jpy,1250,red,2,Buch,ada@buyer.example,2024-03-31,Ada Byron,A-1,B-7", heading)
    assert isinstance(row, PastOrder)
    assert (row.total, row.name, row.product_code) == (Money(1250, "JPY"), "Ada Byron", "B-7")


def test_a_byte_order_mark_is_no_part_of_the_heading() -> None:
    assert isinstance(read(b"\xef\xbb\xbf" + f"{HEADING}\r\n{GOOD}\r\n".encode())[0], PastOrder)


def test_a_day_begins_at_midnight_of_the_businesss_zone() -> None:
    (row,) = read(f"{HEADING}\n{GOOD}\n", zone="America/New_York")
    assert isinstance(row, PastOrder)
    assert row.placed_at == datetime(2024, 3, 31, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2024-03-31T10:30", "2024-03-31 10:30:00Z", "2024-03-31T12:30:00.5+02:00"]
)
def test_a_time_may_follow_the_day(text: str) -> None:
    row = only(changed(date=text))
    assert isinstance(row, PastOrder)
    assert (row.placed_at.hour, row.placed_at.minute) == (10, 30)


@pytest.mark.parametrize(
    ("total", "currency", "minor"),
    [("0", "USD", 0), ("1.5", "EUR", 150), ("1.234", "KWD", 1234), ("7.00", "JPY", 7)],
)
def test_totals_keep_the_currencys_own_decimals(total: str, currency: str, minor: int) -> None:
    row = only(changed(total=total, currency=currency))
    assert isinstance(row, PastOrder)
    assert row.total == Money(minor, currency)


@pytest.mark.parametrize("item", ["Kurs 🎓", "ספר עבודה", "<b>{{ 7*7 }}</b>", "=1+1", "x" * 500])
def test_an_item_is_kept_as_it_is_written(item: str) -> None:
    row = only(changed(item=item))
    assert isinstance(row, PastOrder)
    assert row.item == item


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"order_ref": ""}, "order_ref: is empty"),
        ({"order_ref": "x" * 101}, "order_ref: is longer than 100 characters"),
        ({"date": "31.03.2024"}, "date: “31.03.2024” is not a day such as 2024-12-31"),
        ({"date": "2023-02-29"}, "date: “2023-02-29” is not a day such as 2024-12-31"),
        ({"date": "2024-03-31T25:00"}, "date: “2024-03-31T25:00” is not a day such as 2024-12-31"),
        ({"date": "1969-12-31"}, "date: “1969-12-31” lies before 1970 or in the future"),
        ({"date": "2026-11-23"}, "date: “2026-11-23” lies before 1970 or in the future"),
        ({"date": "0001-01-01T00:00+14:00"}, "date: “0001-01-01T00:00+14:00” is not a day such as"),
        ({"email": "ada"}, "email: “ada” is not an address"),
        ({"email": f"{'a' * 250}@b.example"}, "email: is longer than 254 characters"),
        ({"item": "x" * 10_000}, "item: is longer than 500 characters"),
        ({"item": "a\x00b"}, "item: holds a NUL byte"),
        ({"item": "a\x1bb"}, "item: holds control characters"),
        ({"quantity": "0"}, "quantity: “0” is not a whole number"),
        ({"quantity": "1.5"}, "quantity: “1.5” is not a whole number"),
        ({"quantity": "٣"}, "quantity: “٣” is not a whole number"),
        ({"quantity": "9" * 39}, "quantity: “999999999999999999999999999999999999999” is not"),
        ({"total": ""}, "total: is empty"),
        ({"total": "1,234.50"}, "total: “1,234.50” is not a sum such as 1234.50"),
        ({"total": "1e5"}, "total: “1e5” is not a sum such as 1234.50"),
        ({"total": "NaN"}, "total: “NaN” is not a sum such as 1234.50"),
        ({"total": "-1.00"}, "total: -1.00 is negative"),
        ({"total": "1.005"}, "total: 1.005 has more decimals than EUR, which has 2"),
        ({"total": "1.5", "currency": "JPY"}, "total: 1.5 has more decimals than JPY"),
        ({"total": "10000000000000.01"}, "total: “10000000000000.01” is beyond 10^15"),
        ({"currency": "XXX"}, "currency: “XXX” is not known"),
    ],
)
def test_a_bad_row_says_why(cells: dict[str, str], reason: str) -> None:
    row = only(changed(**cells))
    assert isinstance(row, BadRow)
    assert row.reason.startswith(reason)


def test_too_long_a_name_says_so() -> None:
    row = only(f"{GOOD},{'N' * 10_000}", f"{HEADING},name")
    assert row == BadRow(2, "name: is longer than 200 characters")


def test_a_row_with_a_field_too_many_says_so() -> None:
    assert only(f"{GOOD},") == BadRow(2, "has 8 fields where the first line has 7")


def test_broken_utf8_is_named_by_its_row_alone() -> None:
    rows = read(f"{HEADING}\n{GOOD}\n".encode() + b"A-2,2024-03-31,a@b.example,caf\xe9,1,1,EUR\n")
    assert [type(row) for row in rows] == [PastOrder, BadRow]
    assert rows[1] == BadRow(3, "item: is not UTF-8 text")


def test_a_row_over_several_lines_is_named_by_its_first() -> None:
    rows = read(f"{HEADING}\n{changed(item='Two\nlines')}\n{changed(order_ref='')}\n")
    assert rows[0].line == 2
    assert isinstance(rows[0], PastOrder)
    assert rows[0].item == "Two lines"
    assert rows[1].line == 4


def test_a_quotation_mark_left_open_is_named() -> None:
    text = f'{HEADING}\nA-1,2024-03-31,"ada@buyer.example,{"x" * 140_000}\n{GOOD}\n'
    rows = read(text)
    assert isinstance(rows[0], BadRow)
    assert "a quotation mark" in rows[0].reason
    assert isinstance(rows[-1], PastOrder)


def test_a_line_without_end_is_not_read_into_memory_whole() -> None:
    rows = read(f"{HEADING}\n{'x' * 5_000_000}\n{GOOD}\n")
    assert [type(row) for row in rows] == [BadRow, PastOrder]


def test_the_same_row_again_is_a_repeat_and_another_with_its_reference_is_bad() -> None:
    other = GOOD.replace("12.50", "13.00")
    rows = read(f"{HEADING}\n{GOOD}\n{GOOD}\n{other}\n")
    assert rows[1:] == [Repeat(3), BadRow(4, "order_ref: stands further up with other content")]


def test_empty_lines_are_no_rows() -> None:
    assert len(read(f"{HEADING}\n\n{GOOD}\n\n\n")) == 1


@pytest.mark.parametrize(
    ("heading", "missing"),
    [
        ("", "order_ref, date, email, item, quantity, total, currency"),
        (HEADING.replace(",total", ""), "total"),
        (HEADING.replace(",", ";"), "order_ref, date, email"),
    ],
)
def test_a_heading_that_lacks_columns_is_refused(heading: str, missing: str) -> None:
    with pytest.raises(BadFile, match=missing):
        read(f"{heading}\n{GOOD}\n")


def test_a_heading_with_a_column_twice_is_refused() -> None:
    with pytest.raises(BadFile, match="total twice"):
        read(f"{HEADING},Total\n")


def test_a_file_in_another_encoding_is_refused() -> None:
    with pytest.raises(BadFile, match="UTF-8"):
        read(f"{HEADING}\n{GOOD}\n".encode("utf-16"))
