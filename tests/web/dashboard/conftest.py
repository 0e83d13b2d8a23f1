"""Ann at her desk, Cleo at hers: staff who are signed in, in test mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests import cast
from tests.cast import Cast
from wainwright.accounts.models import User
from wainwright.core.tenancy import TEST, scope

BACKEND = "wainwright.web.dashboard.staff.StaffBackend"


@pytest.fixture
def people(db: None) -> Cast:
    return cast.assemble()


@pytest.fixture
def shop(people: Cast) -> Iterator[Cast]:
    """The same people, inside the agency's test mode."""
    with scope(people.account.pk, TEST):
        yield people


def desk_of(user: User) -> Client:
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user, backend=BACKEND)
    return client


@pytest.fixture
def ann(people: Cast) -> Client:
    return desk_of(people.ann.user)


@pytest.fixture
def cleo(people: Cast) -> Client:
    return desk_of(people.cleo.user)
