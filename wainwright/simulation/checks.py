"""What must hold after each step, at each day's end, and over the whole life."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Count, QuerySet

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.core.models import AuditRow, Delivery
from wainwright.core.prepared import Slot, prepared
from wainwright.payments.models import Bill, InboxItem, Payment, Refund
from wainwright.reports import invariants
from wainwright.reports.invariants.found import Read
from wainwright.simulation import reference
from wainwright.simulation.reference import Course


@dataclass
class Checks:
    """Looks only at what is new since the last look. Each look returns what is wrong."""

    moves: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    _noted: int = 0

    def after_step(self) -> list[str]:
        return [*self._moves(), *self._attempts()]

    def _moves(self) -> list[str]:
        """Each change of a state is one that the table of states knows."""
        wrong = []
        for pk, action, subject, detail in _noted_since(self._noted):
            self._noted = pk
            kind, _dot, to = action.partition(".")
            if kind != "subscription" or "before" not in detail:
                continue
            before = detail["before"]
            self.moves[f"{before} > {to}"] += 1
            if to not in states.MOVES[before]:
                wrong.append(f"{subject} moved from {before} to {to}")
        return wrong

    def _attempts(self) -> list[str]:
        """Of each bill one attempt is open at most, and one succeeded at most."""
        return [
            *(f"bill {bill} has several open attempts" for bill in _flying_twice()),
            *(f"bill {bill} was paid several times" for bill in _paid_twice()),
        ]

    def agrees(self, all_of_them: list[Subscription], courses: dict[int, Course]) -> list[str]:
        """Whether the reference foresaw how each subscription stands now."""
        wrong = []
        found = {one.pk: one for one in all_of_them}
        if set(found) != set(courses):
            wrong.append(f"there are {len(found)} subscriptions and not {len(courses)}")
        for pk, course in courses.items():
            one = found[pk]
            self.states[one.state] += 1
            shown = standing(one)
            if not course.seen(shown):
                expected = sorted(str(world.shown) for world in course.worlds)
                wrong.append(f"{one.pk} is {shown}, and not {' or '.join(expected)}")
        return wrong


def standing(one: Subscription) -> tuple[object, ...]:
    """How a subscription stands, as the reference says it."""
    due = None if one.next_due_at is None else reference.day_of(one.next_due_at, one.zone)
    ends = one.cancel_at is not None
    return (one.state, one.payments_made, one.current_end, due, ends, one.quantity)


@prepared
def subscriptions() -> QuerySet[Subscription]:
    return Subscription.objects.order_by("pk")


def is_anything_left(midnight: datetime) -> bool:
    """Whether work that is due before midnight still waits for a worker."""
    before_midnight = (_charges_due, _ends_due, _resumptions_due)
    whenever = (_payments_open, _refunds_open, _strays_kept, _deliveries_waiting, _messages_waiting)
    return any(due(midnight) for due in before_midnight) or any(left() for left in whenever)


@prepared
def _charges_due(midnight: Slot) -> QuerySet[Subscription, int]:
    rows = Subscription.objects.filter(next_due_at__lt=midnight, state__in=states.BILLABLE)
    return rows.values_list("pk", flat=True)


@prepared
def _ends_due(midnight: Slot) -> QuerySet[Subscription, int]:
    rows = Subscription.objects.filter(cancel_at__lt=midnight, ended_at=None)
    return rows.values_list("pk", flat=True)


@prepared
def _resumptions_due(midnight: Slot) -> QuerySet[Subscription, int]:
    rows = Subscription.objects.filter(resume_at__lt=midnight)
    return rows.values_list("pk", flat=True)


@prepared
def _payments_open() -> QuerySet[Payment, int]:
    waiting = [Payment.STARTED, Payment.PENDING, Payment.UNKNOWN]
    return Payment.objects.filter(state__in=waiting, settled_at=None).values_list("pk", flat=True)


@prepared
def _refunds_open() -> QuerySet[Refund, int]:
    return Refund.objects.filter(settled_at=None).values_list("pk", flat=True)


@prepared
def _strays_kept() -> QuerySet[Payment, int]:
    return Payment.objects.filter(stray=True, returned_at=None).values_list("pk", flat=True)


@prepared
def _deliveries_waiting() -> QuerySet[Delivery, int]:
    return Delivery.objects.filter(state=Delivery.WAITING).values_list("pk", flat=True)


@prepared
def _messages_waiting() -> QuerySet[InboxItem, int]:
    return InboxItem.objects.filter(state=InboxItem.WAITING).values_list("pk", flat=True)


@prepared
def _noted_since(row: Slot) -> QuerySet[AuditRow, Any]:
    rows = AuditRow.objects.filter(pk__gt=row).order_by("pk")
    return rows.values_list("pk", "action", "subject", "detail")


@prepared
def _flying_twice() -> QuerySet[Payment, int]:
    return _twice(Payment.objects.filter(settled_at=None, state__in=Payment.IN_FLIGHT))


@prepared
def _paid_twice() -> QuerySet[Payment, int]:
    return _twice(Payment.objects.filter(state=Payment.SUCCEEDED))


def _twice(tried: QuerySet[Payment]) -> QuerySet[Payment, int]:
    bills = tried.exclude(bill=None).order_by().values("bill")
    return bills.annotate(count=Count("pk")).filter(count__gt=1).values_list("bill", flat=True)


@prepared
def _paid_once() -> QuerySet[Bill, int]:
    """What was paid for purchases that do not recur."""
    once = Bill.objects.filter(state=Bill.PAID, kind=Bill.PURCHASE, lines__price__interval="")
    return once.values_list("gross", flat=True)


@prepared
def _given_back(by: Slot) -> QuerySet[Refund, int]:
    """Of payments that are kept: what is returned because it was not owed goes back in full."""
    rows = Refund.objects.filter(state=Refund.SUCCEEDED, by=by, payment__stray=False)
    return rows.values_list("amount", flat=True)


def money_agrees(ledger: Path, courses: dict[int, Course], seller: str) -> list[str]:
    """What the gateway took of renewals and first payments is what the reference expects.

    The reference knows nothing of what the seller gave back, so that counts as held.
    """
    least, most = reference.money(courses.values())
    with closing(sqlite3.connect(ledger)) as books:
        query = "SELECT sum(minor - refunded) FROM charges WHERE state = 'succeeded'"
        held = books.execute(query).fetchone()[0] or 0
    held += sum(_given_back(seller)) - sum(_paid_once())
    if least <= held <= most:
        return []
    return [f"the gateway took {held} for subscriptions, and should have {least} to {most}"]


def everything(read: Read | None = None) -> list[str]:
    """All invariants over the whole life, but for what is frozen and was `read` before.

    Not that of notices: here days may pass without a look for what is to be told.
    """
    return [
        f"{verdict.invariant.id}: {broken}"
        for verdict in invariants.evaluate(read)
        if verdict.invariant.id != "I14"
        for broken in verdict.broken
    ]
