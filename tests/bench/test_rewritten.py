"""The floor of renewals writes what the product wrote, the same statement of many at once."""

from __future__ import annotations

from wainwright.bench.rewritten import joined, parted

BILL, LINE = "INSERT INTO bill (sum) VALUES (%s)", "INSERT INTO line (sum) VALUES (%s)"


def test_the_rows_of_a_statement_come_together_in_the_order_of_the_first() -> None:
    written = [(f"{BILL} RETURNING id", [1]), (LINE, [2]), (f"{BILL} RETURNING id", [3])]
    assert list(joined(written).items()) == [(BILL, [[1], [3]]), (LINE, [[2]])]


def test_each_renewal_has_its_part_and_nothing_is_written_twice() -> None:
    batch = {BILL: [[1], [2], [3]], LINE: [[4], [5], [6], [7], [8], [9]], "UPDATE series": [[]]}
    first, *_rest = parts = parted(batch, 3)
    assert first == [(BILL, [1]), (LINE, [4]), (LINE, [5])]
    assert sorted(row for part in parts for row in part) == sorted(
        (statement, params) for statement, rows in batch.items() for params in rows
    )
