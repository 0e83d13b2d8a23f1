from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import pytest
from django.db import transaction

from tests import cast
from wainwright import wiring
from wainwright.core import events
from wainwright.core.models import Delivery, EventRow
from wainwright.core.tenancy import TEST, scope

pytestmark = pytest.mark.django_db

heard: list[str] = []


@dataclass(frozen=True, kw_only=True)
class Rang(events.Event):
    name: ClassVar[str] = "bell.rang"

    times: int


def hear_now(event: Rang, row: EventRow) -> None:
    heard.append(f"now {event.times}")


def hear_later(event: Rang, row: EventRow) -> None:
    heard.append(f"later {event.times}")


def break_down(event: Rang, row: EventRow) -> None:
    raise OSError("the clapper fell off")


@pytest.fixture(autouse=True)
def in_scope() -> Iterator[None]:
    heard.clear()
    account = cast.assemble().account
    with scope(account.pk, TEST):
        yield
    events.connect(wiring.table())


def ring(*later: events.Handler) -> EventRow:
    events.connect({Rang: events.Wires(now=[hear_now], later=list(later))})
    with transaction.atomic():
        return events.announce(Rang(business_id=1, times=3))


def test_now_handlers_hear_it_in_the_transaction_and_later_ones_after() -> None:
    ring(hear_later)
    assert heard == ["now 3"]
    events.deliver_waiting()
    assert heard == ["now 3", "later 3"]


def test_a_delivery_is_made_once() -> None:
    row = ring(hear_later)
    events.deliver_waiting()
    events.deliver_all(Delivery.objects.filter(event=row).values_list("pk", flat=True))
    assert heard.count("later 3") == 1


def test_a_rollback_leaves_neither_event_nor_delivery() -> None:
    events.connect({Rang: events.Wires(now=[break_down], later=[hear_later])})
    with pytest.raises(OSError, match="clapper"), transaction.atomic():
        events.announce(Rang(business_id=1, times=1))
    assert not EventRow.objects.exists()
    assert not Delivery.objects.exists()


def test_a_broken_handler_is_tried_again_later_and_harms_no_other(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ring(break_down, hear_later)
    events.deliver_waiting()
    broken = Delivery.objects.get(handler__endswith="break_down")
    assert (broken.state, broken.attempts) == (Delivery.WAITING, 1)
    assert "clapper" in broken.error
    assert broken.due_at > broken.event.at
    assert "later 3" in heard


@pytest.mark.django_db(transaction=True)
def test_announcing_outside_a_transaction_is_a_fault() -> None:
    events.connect({Rang: events.Wires()})
    with pytest.raises(RuntimeError, match="outside a transaction"):
        events.announce(Rang(business_id=1, times=1))


def test_every_event_of_every_area_is_in_the_table() -> None:
    events.connect(wiring.table())
    announced = {
        event
        for event in _all_events(events.Event)
        if event.name and event.__module__.startswith("wainwright.")
    }
    assert {event.name for event in announced} == set(events.known())


def _all_events(base: type[events.Event]) -> Iterator[type[events.Event]]:
    for event in base.__subclasses__():
        yield event
        yield from _all_events(event)
