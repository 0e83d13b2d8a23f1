"""Facts announced by areas, heard by handlers.

`announce(event)` stores the event in the caller's transaction, runs the `now` handlers at once and
leaves one Delivery for each `later` handler, which a task (or, after a crash, the sweep) runs after
commit. Every handler may run twice and must then change nothing more. wainwright.wiring holds the
table of who hears what.
"""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from typing import Any, ClassVar

from django.db import connection, transaction
from django.db.models import QuerySet
from django.tasks import task

from wainwright.core import clock, tenancy
from wainwright.core.ids import new_id
from wainwright.core.models import Delivery, EventRow
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
# Of so many facts announced together one task makes the deliveries; several workers share more.
FACTS_A_TASK = 20


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events; fields must be JSON values (ids, numbers, strings)."""

    name: ClassVar[str] = ""

    business_id: int


Handler = Callable[[Any, EventRow], None]
Heard = Sequence[tuple[Any, EventRow]]


@dataclass(frozen=True)
class Together:
    """A handler that takes all facts announced together, and so reads and writes once for all."""

    hear: Callable[[Heard], None]


@dataclass
class Wires:
    """Who hears an event: `now` in the same transaction and order, `later` after commit."""

    now: list[Handler | Together] = field(default_factory=list)
    later: list[Handler] = field(default_factory=list)


_table: dict[str, tuple[type[Event], Wires]] = {}


def connect(table: dict[type[Event], Wires]) -> None:
    """Takes the whole table; called once when the application starts."""
    _table.clear()
    _table.update({event.name: (event, wires) for event, wires in table.items()})


def known() -> dict[str, tuple[type[Event], Wires]]:
    return dict(_table)


def announce(event: Event, **known: Any) -> EventRow:
    """Stores the fact and runs its `now` handlers. Must be called inside a transaction.

    `known` are records in hand that handlers would otherwise read again; they find them on the row.
    """
    return announce_all([event], [known])[0]


def announce_all(events: Sequence[Event], known: Sequence[dict[str, Any]]) -> list[EventRow]:
    """Stores facts of one kind, then runs its `now` handlers one after the other over all of them.

    Must be called inside a transaction. `known` are the records in hand of each, as in `announce`.
    """
    if not events:
        return []
    wires = _table[events[0].name][1]
    if not connection.in_atomic_block:
        raise RuntimeError(f"{events[0].name} was announced outside a transaction")
    rows = EventRow.objects.bulk_create(_row(event) for event in events)
    for row, records in zip(rows, known, strict=True):
        row.__dict__.update(records)
    due, names = clock.wall(), [handler_name(handler) for handler in wires.later]
    Delivery.objects.bulk_create(
        Delivery(event=row, handler=name, due_at=due) for row in rows for name in names
    )
    heard = list(zip(events, rows, strict=True))
    for handler in wires.now:
        if isinstance(handler, Together):
            handler.hear(heard)
        else:
            for event, row in heard:
                handler(event, row)
    if wires.later:
        _enqueue(rows)
    return rows


def _row(event: Event) -> EventRow:
    return EventRow(
        public_id=new_id("evt"),
        business_id=event.business_id,
        name=event.name,
        payload=dataclasses.asdict(event),
        at=clock.now(),
    )


def _enqueue(rows: Sequence[EventRow]) -> None:
    for some in batched(rows, FACTS_A_TASK):
        deliver.enqueue(rows[0].account_id, rows[0].mode, *[row.pk for row in some])


def handler_name(handler: Handler) -> str:
    return f"{handler.__module__}.{handler.__qualname__}".removeprefix("wainwright.")


@task
def deliver(account_id: int, mode: str, *event_ids: int) -> None:
    """Runs whatever handlers of these events are still waiting."""
    with tenancy.scope(account_id, mode):
        waiting = Delivery.objects.filter(event_id__in=event_ids, state=Delivery.WAITING)
        deliver_all(waiting.order_by("pk").values_list("pk", flat=True))


@prepared
def _due(now: Slot, *, limit: int) -> QuerySet[Delivery, int]:
    rows = Delivery.objects.filter(state=Delivery.WAITING, due_at__lte=now)
    return rows.order_by("due_at", "pk").values_list("pk", flat=True)[:limit]


def deliver_waiting(limit: int = BATCH) -> int:
    """Runs what is due in the scope: the sweep's way of losing nothing. Returns how many."""
    return deliver_all(_due(clock.wall(), limit=limit))


def deliver_all(delivery_ids: Iterable[int]) -> int:
    ids = list(delivery_ids)
    for delivery_id in ids:
        _deliver_one(delivery_id)
    return len(ids)


@prepared
def _locked(pk: Slot, *, skip: bool) -> QuerySet[Delivery]:
    """The delivery, unless somebody else is at it or has done it."""
    rows = Delivery.objects.select_for_update(skip_locked=skip, of=("self",))
    return rows.filter(pk=pk, state=Delivery.WAITING).select_related("event")


def _deliver_one(delivery_id: int) -> None:
    """One handler's turn, in one transaction with the mark that it is done."""
    try:
        with transaction.atomic():
            delivery = _locked.first(delivery_id, skip=_can_skip())
            if delivery is None:
                return
            event, handler = _revive(delivery)
            handler(event, delivery.event)
            delivery.state, delivery.error = Delivery.DONE, ""
            delivery.attempts += 1
            delivery.save(update_fields=["state", "error", "attempts"])
    except Exception as error:
        log.exception("delivery %s failed", delivery_id)
        _put_off(delivery_id, error)


def _can_skip() -> bool:
    return bool(connection.features.has_select_for_update_skip_locked)


def _revive(delivery: Delivery) -> tuple[Event, Handler]:
    event_type, wires = _table[delivery.event.name]
    handlers = {handler_name(handler): handler for handler in wires.later}
    return event_type(**delivery.event.payload), handlers[delivery.handler]


def _put_off(delivery_id: int, error: Exception) -> None:
    """Tries again after 1, 2, 4 … minutes, at most 12 times; then it is failed and shown."""
    delivery = Delivery.objects.get(pk=delivery_id)
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}"[:2000]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = Delivery.FAILED
    delivery.due_at = clock.wall() + timedelta(minutes=2 ** min(delivery.attempts - 1, 8))
    delivery.save(update_fields=["state", "attempts", "error", "due_at"])
