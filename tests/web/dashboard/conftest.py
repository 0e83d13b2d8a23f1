"""Ann at her desk, Cleo at hers: staff who are signed in, in test mode."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from tests import cast
from tests.cast import Cast, desk_of
from wainwright.core.tenancy import TEST, scope


@pytest.fixture
def people(db: None) -> Cast:
    return cast.assemble()


@pytest.fixture
def shop(people: Cast) -> Iterator[Cast]:
    """The same people, inside the agency's test mode."""
    with scope(people.account.pk, TEST):
        yield people


@pytest.fixture
def ann(people: Cast) -> Client:
    return desk_of(people.ann.user)


@pytest.fixture
def cleo(people: Cast) -> Client:
    return desk_of(people.cleo.user)
