from __future__ import annotations

from wainwright.web.tables import Column, sortable


def test_a_heading_sorts_upwards_first() -> None:
    column = sortable("Date", "date", "", {"q": "ada & co"})
    assert column == Column("Date", sort_url="?q=ada+%26+co&sort=date")


def test_a_heading_turns_the_order_round() -> None:
    upwards = sortable("Date", "date", "date", {})
    downwards = sortable("Date", "date", "-date", {})
    assert (upwards.sorted, upwards.sort_url) == ("ascending", "?sort=-date")
    assert (downwards.sorted, downwards.sort_url) == ("descending", "?sort=date")


def test_another_order_starts_on_the_first_page() -> None:
    query = {"sort": "sum", "page": "7", "state": "paid"}
    assert sortable("Date", "date", "sum", query).sort_url == "?state=paid&sort=date"
