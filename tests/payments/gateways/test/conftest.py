from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from tests.contracts.benches import EUROS, Time, asked
from wainwright.core.signatures import new_secret
from wainwright.payments.gateways import adapter
from wainwright.payments.gateways.base import Connection, Gateway, Intent, Start
from wainwright.payments.gateways.test.ledger import LEDGER_FILE


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Where the install keeps its files."""
    settings.DATA = tmp_path
    return tmp_path


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def connection(folder: Path) -> Connection:
    return Connection(
        id="con_page",
        mode="test",
        secrets={"webhook": new_secret()},
        base_urls={"page": "http://testgateway.localhost:8000"},
        settings={"ledger": str(folder / LEDGER_FILE)},
    )


@pytest.fixture
def gateway(connection: Connection, time: Time) -> Gateway:
    return adapter("test", connection, clock=time)


@pytest.fixture
def open_start(gateway: Gateway) -> Callable[..., Start]:
    def open_start(intent: Intent = Intent.PAY_AND_SAVE, **more: Any) -> Start:
        return gateway.start(asked(intent, more.pop("amount", EUROS), **more))

    return open_start


@pytest.fixture
def browser() -> Client:
    """A browser at the Test gateway's own host; it brings no form token unless it was given one."""
    return Client(headers={"host": "testgateway.localhost:8000"}, enforce_csrf_checks=True)
