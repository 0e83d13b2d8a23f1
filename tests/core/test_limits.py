from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from wainwright.core import limits
from wainwright.core.errors import TooMany
from wainwright.core.tenancy import TEST, scope

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_scope() -> Iterator[None]:
    with scope(cast.assemble().account.pk, TEST):
        yield


def test_uses_up_to_the_limit_pass_and_the_next_is_refused() -> None:
    for _use in range(3):
        limits.hit("door ada", most=3, seconds=10**8)
    with pytest.raises(TooMany):
        limits.hit("door ada", most=3, seconds=10**8)


def test_keys_are_counted_apart_and_not_kept_in_clear() -> None:
    assert limits.count("door ada", seconds=10**8) == 1
    assert limits.count("door bob", seconds=10**8) == 1
    from wainwright.core.models import Counter

    assert not Counter.objects.filter(key__contains="ada").exists()
