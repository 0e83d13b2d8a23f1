"""An empty database, a mail server and a seed for each test of faults."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator

import pytest

from tests import databases
from tests.faults.mailroom import Mailroom, open_mailroom

log = logging.getLogger(__name__)


@pytest.fixture
def seed() -> int:
    """Of all chances of one test; shown where it fails."""
    chosen = secrets.randbits(32)
    log.warning("seed %s", chosen)
    return chosen


@pytest.fixture
def mailroom() -> Iterator[Mailroom]:
    with open_mailroom() as room:
        yield room


@pytest.fixture
def database() -> dict[str, str]:
    """Settings of an install's empty database, on whichever this run is for."""
    if "DATABASE_URL" not in os.environ:
        return {}
    return databases.fresh_postgres(f"faults_{secrets.token_hex(4)}")
