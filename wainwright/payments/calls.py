"""Calls to a gateway that nobody waits for: when to make them, and when to hold them back.

A gateway that does not answer is not called by everything that is due. After a few calls in a row
without answer its connection rests, longer each time; when the rest is over, one call finds out
whether it is back. Calls with a buyer before the screen are made all the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db.models import F, Q

from wainwright.core import clock
from wainwright.core.prepared import Slot
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Connection

log = logging.getLogger(__name__)

FAILURES = 10
_RESTS = tuple(timedelta(minutes=m) for m in (1, 2, 4, 8, 15))
_FIRST_ASK, _LONGEST_WAIT = timedelta(minutes=2), timedelta(days=1)
_NO_ANSWER = (gateways.GatewayUnavailable, gateways.OutcomeUnknown, gateways.RateLimited)


def next_ask(asks: int, spread: int = 0) -> datetime:
    """When to ask about something that was asked about so often: after 2, 4, 8 … minutes and at
    last once a day. `spread` is any number of the row, so that not all are due at once."""
    wait = min(_FIRST_ASK * 2 ** min(asks, 10), _LONGEST_WAIT)
    return clock.now() + wait + wait * (spread % 16) / 128


def rests(connection: Connection) -> bool:
    """Whether calls that can wait are held back now."""
    return connection.ask_after is not None and connection.ask_after > clock.now()


def awake(now: Slot, of: str = "connection") -> Q:
    """The rows whose connection does not rest then; `of` leads to it."""
    return Q(**{f"{of}__ask_after": None}) | Q(**{f"{of}__ask_after__lte": now})


@contextmanager
def patient(connection: Connection) -> Iterator[gateways.Gateway]:
    """The adapter, for calls that can wait. GatewayUnavailable without a call while it rests."""
    if not _may_call(connection):
        raise gateways.GatewayUnavailable(f"{connection.public_id} rests")
    try:
        yield adapter_for(connection)
    except _NO_ANSWER:
        _failed(connection)
        raise
    except gateways.GatewayError:
        _answered(connection)
        raise
    _answered(connection)


def _may_call(connection: Connection) -> bool:
    """Of all who find a rest over, one calls; the others wait for what becomes of it."""
    if connection.ask_after is None:
        return True
    if rests(connection):
        return False
    mine = Connection.objects.filter(pk=connection.pk, ask_after=connection.ask_after)
    return bool(mine.update(ask_after=clock.now() + _RESTS[0]))


def _failed(connection: Connection) -> None:
    mine = Connection.objects.filter(pk=connection.pk)
    mine.update(failures=F("failures") + 1)
    connection.refresh_from_db(fields=["failures", "ask_after"])
    over = connection.failures - FAILURES
    if over >= 0:
        connection.ask_after = clock.now() + _RESTS[min(over, len(_RESTS) - 1)]
        mine.update(ask_after=connection.ask_after)
        log.warning("%s does not answer; it rests", connection.public_id)


def _answered(connection: Connection) -> None:
    if connection.failures or connection.ask_after is not None:
        connection.failures, connection.ask_after = 0, None
        connection.save(update_fields=["failures", "ask_after"])
