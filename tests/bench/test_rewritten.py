"""The floor of renewals writes what the product wrote, the same statement of many at once."""

from __future__ import annotations

from wainwright.bench.rewritten import joined

BILL, LINE = "INSERT INTO bill (sum) VALUES (%s)", "INSERT INTO line (sum) VALUES (%s)"


def test_the_statements_of_all_come_in_the_order_in_which_each_made_them() -> None:
    two = ([[f"{BILL} RETURNING id", [1]], [LINE, [2]]], [[f"{BILL} RETURNING id", [3]]])
    assert list(joined(two).items()) == [((0, BILL), [[1], [3]]), ((1, LINE), [[2]])]


def test_a_statement_made_twice_is_written_twice() -> None:
    assert list(joined(([[LINE, [1]], [LINE, [2]]],)).values()) == [[[1]], [[2]]]
