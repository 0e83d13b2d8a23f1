"""What a person reads while the database is gone or a disk is full; it asks nothing of either."""

from __future__ import annotations

import errno

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError
from django.test import RequestFactory

from wainwright.web import outages, refusals


@pytest.mark.parametrize(
    ("error", "outage"),
    [
        (OperationalError("database or disk is full"), True),
        (InterfaceError("connection already closed"), True),
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (FileNotFoundError(errno.ENOENT, "No such file"), False),
        (IntegrityError("a rule was broken"), False),
        (None, False),
    ],
)
def test_what_nobody_here_is_to_blame_for_is_an_outage(error: Exception, outage: bool) -> None:
    assert outages.is_outage(error) is outage


def test_an_outage_is_told_without_the_database_and_in_the_readers_language() -> None:
    request = RequestFactory().get("/hub/", headers={"Accept-Language": "de"})
    try:
        raise OperationalError("the connection is closed")
    except OperationalError:
        answer = refusals.server_error(request)
    html = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    assert "bleibt erhalten" in html
    assert "the connection is closed" not in html


def test_a_fault_of_ours_is_no_outage() -> None:
    try:
        raise ValueError("a fault")
    except ValueError:
        answer = refusals.server_error(RequestFactory().get("/hub/"))
    assert answer.status_code == 500
