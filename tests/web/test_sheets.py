"""CSV that comes back as it was, and computes nothing."""

from __future__ import annotations

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from wainwright.core.money import Money
from wainwright.web import sheets

CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_t_csv_text_comes_back_with_a_guard_at_most(rows: list[list[str]]) -> None:
    written = b"".join(sheets.lines(["a", "b"], rows)).decode()
    read = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") for cell in row] for row in rows
    ]
    assert not any(cell[:1] in tuple("=+-@\t\r＝＋－＠") and cell for row in read for cell in row)


def test_t_csv_sums_stay_numbers() -> None:
    assert sheets.cell(Money(-500, "EUR")) == "-5.00"
    assert sheets.cell(Money(-5, "JPY")) == "-5"
    assert sheets.cell(-3) == "-3"
    assert sheets.cell("-3") == "'-3"
