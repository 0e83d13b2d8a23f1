from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests import browsers
from tests.server import Server


@pytest.fixture(params=[browsers.PHONE, browsers.DESKTOP], ids=["phone", "desktop"])
def screen(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The same story on a phone's width and on a desktop's."""
    return dict(request.param)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("story") / "data") as server:
        yield server
