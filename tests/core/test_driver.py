"""Statements handed to the driver meet a lost connection as all others do."""

from __future__ import annotations

import pytest
from django.db import connection

from wainwright.accounts import directory


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
