from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import browsers, cast
from tests.server import Server
from tests.stories.ada import Ada
from wainwright.core.tenancy import TEST, scope


@pytest.fixture(params=[browsers.PHONE, browsers.DESKTOP], ids=["phone", "desktop"])
def screen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The same story on a phone's width and on a desktop's."""
    return dict(request.param)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("story") / "data") as server:
        yield server


@pytest.fixture
def ada(db: None) -> Iterator[Ada]:
    """A customer of Ann's shop, and the clock they both live by."""
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield Ada(everybody)
