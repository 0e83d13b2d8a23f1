"""What is asked by libpq itself behaves as through Django's cursors."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction

from wainwright.core import driver, planned

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_values_of_every_kind_go_and_come_back() -> None:
    asked = ["Zoë’s 50 %", 7, None, [3, 4], True]
    row = driver.run("SELECT %s::text, %s, %s::text, %s::bigint[], %s, '100 %%'", asked).fetchone()
    assert row == (*asked, "100 %")


def test_a_statement_is_planned_once_for_a_connection() -> None:
    for number in range(3):
        assert driver.run("SELECT %s + 1 AS next", [number]).fetchone() == (number + 1,)
    planned_now = driver.run(
        "SELECT count(*) FROM pg_prepared_statements WHERE statement ~ %s", ["next"]
    )
    assert planned_now.fetchone() == (1,)


def test_the_first_statement_of_a_transaction_is_undone_with_it() -> None:
    with transaction.atomic():
        driver.run("CREATE TEMPORARY TABLE kept (number int) ON COMMIT DELETE ROWS", [])
    with transaction.atomic():
        assert driver.run("INSERT INTO kept VALUES (%s)", [1]).rowcount == 1
        assert driver.run("SELECT number FROM kept", []).fetchall() == [(1,)]
    assert driver.run("SELECT number FROM kept", []).fetchall() == []


def test_what_the_server_refuses_is_an_error_of_django() -> None:
    with pytest.raises(DataError, match="division by zero"):
        driver.run("SELECT 1 / %s", [0])
    assert driver.run("SELECT %s", [5]).fetchone() == (5,)


def test_statements_beyond_the_bound_are_asked_the_ordinary_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(planned, "MOST_KEPT", 0)
    assert driver.run("SELECT %s::int", [8]).fetchone() == (8,)
    assert connection.connection is not None
