"""Booking what was paid stays as quick as it was, however much was booked before."""

from __future__ import annotations

import pytest

from tests import cast
from wainwright.core.tenancy import TEST, scope
from wainwright.sales.models import Entry


@pytest.mark.django_db
@pytest.mark.sqlite
@pytest.mark.parametrize("kind", [Entry.CHARGE, Entry.REFUND])
def test_entries_of_a_payment_are_found_by_it_before_sqlite_has_counted(kind: str) -> None:
    people = cast.assemble()
    with scope(people.account.pk, TEST):
        plan = Entry.objects.filter(payment__in=[7], kind__in=[kind]).explain()
    assert "payment_id=?" in plan
