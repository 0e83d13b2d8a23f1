"""Several workers at once write a letter once, and send it once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.letters.test_sending import write_one
from wainwright.accounts.models import Business
from wainwright.core.tenancy import TEST, scope
from wainwright.letters import sending
from wainwright.letters.models import Letter

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


def at_once(business: Business, act: Callable[[], Any]) -> list[Any]:
    """What each of the workers got who did the same at the same moment."""
    start = Barrier(WORKERS)

    def work(_number: int) -> Any:
        try:
            with scope(business.account_id, TEST):
                start.wait()
                return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as workers:
        return list(workers.map(work, range(WORKERS)))


def test_a_letter_written_by_all_at_once_is_one(business: Business) -> None:
    letters = at_once(business, lambda: write_one(business))
    assert len({letter.public_id for letter in letters}) == 1
    assert Letter.objects.count() == 1


def test_a_letter_taken_up_by_all_at_once_goes_out_once(business: Business) -> None:
    letter = write_one(business)
    assert sorted(at_once(business, lambda: sending.send_now(letter.pk))) == [
        *[False] * (WORKERS - 1),
        True,
    ]
