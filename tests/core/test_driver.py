"""Statements handed to the driver meet a lost connection as all others do, and SQLite counts."""

from __future__ import annotations

import pytest
from django.db import connection

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts import directory
from wainwright.core import driver
from wainwright.core.tenancy import TEST, scope

SOME = "SELECT * FROM payments_payment WHERE account_id = 1 AND mode = 'live' AND id IN (%s)"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_was_cut_between_two_requests_is_opened_anew() -> None:
    directory.main_business()
    cut = connection.connection.info.backend_pid
    another = connection.copy()
    with another.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [cut])
    another.close()
    connection.health_check_enabled, connection.health_check_done = True, False
    assert directory.main_business() is None
    assert connection.connection.info.backend_pid != cut


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.sqlite
def test_rows_of_a_counted_account_are_found_one_by_one() -> None:
    people = cast.assemble()
    with scope(people.account.pk, TEST):
        price = make_price(make_product(people.own))
        for number in range(80):
            buy(price, f"{number}@buyer.example")
    assert "account_id=?" in plan()
    driver.count_rows()
    assert "PRIMARY KEY" in plan()


def plan() -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {SOME % 'SELECT value FROM json_each(?)'}", ["[1]"])
        return str(cursor.fetchone()[3])
