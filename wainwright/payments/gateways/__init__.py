"""Gateways by their code. Adding one touches its folder and one line here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from wainwright.core import clock as clocks
from wainwright.core.http import Http
from wainwright.payments.gateways.base import Connection, Gateway
from wainwright.payments.gateways.test.gateway import TestGateway

REGISTRY: dict[str, Callable[..., Gateway]] = {
    "test": TestGateway,
}


def adapter(
    code: str,
    connection: Connection,
    http: Http | None = None,
    *,
    clock: Callable[[], datetime] = clocks.wall,
) -> Gateway:
    """The gateway of that code for one connection; KeyError for a code that is not registered."""
    return REGISTRY[code](connection, http, clock=clock)
