"""What must hold after each step, at each day's end, and over the whole life."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Count, Max

from wainwright.billing import states
from wainwright.billing.models import Subscription
from wainwright.core.models import AuditRow
from wainwright.payments.models import Bill, Payment
from wainwright.reports import invariants
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
        rows = AuditRow.objects.filter(pk__gt=self._noted).order_by("pk")
        for pk, action, subject, detail in rows.values_list("pk", "action", "subject", "detail"):
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
        tried = Payment.objects.exclude(bill=None).order_by()
        flying = tried.filter(settled_at=None, state__in=Payment.IN_FLIGHT)
        twice = flying.values("bill").annotate(count=Count("pk")).filter(count__gt=1)
        wrong = [f"bill {row['bill']} has {row['count']} open attempts" for row in twice]
        newest = tried.filter(state=Payment.SUCCEEDED).aggregate(newest=Max("pk"))["newest"]
        if newest is not None:
            bill = tried.get(pk=newest).bill_id
            count = tried.filter(bill=bill, state=Payment.SUCCEEDED).count()
            if count > 1:
                wrong.append(f"bill {bill} was paid {count} times")
        return wrong

    def agrees(self, courses: dict[int, Course]) -> list[str]:
        """Whether the reference foresaw how each subscription stands now."""
        wrong = []
        found = {one.pk: one for one in Subscription.objects.order_by("pk")}
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
    return (one.state, one.payments_made, one.current_end, due, one.cancel_at is not None)


def money_agrees(ledger: Path, courses: dict[int, Course]) -> list[str]:
    """What the gateway holds of renewals and first payments is what the reference expects."""
    once = Bill.objects.filter(
        state=Bill.PAID, kind=Bill.PURCHASE, lines__price__interval=""
    ).values_list("gross", flat=True)
    least, most = reference.money(courses.values())
    with closing(sqlite3.connect(ledger)) as books:
        query = "SELECT sum(minor - refunded) FROM charges WHERE state = 'succeeded'"
        held = (books.execute(query).fetchone()[0] or 0) - sum(once)
    if least <= held <= most:
        return []
    return [f"the gateway holds {held} of subscriptions, and should hold {least} to {most}"]


def everything() -> list[str]:
    """All invariants over the whole life."""
    return [
        f"{verdict.invariant.id}: {broken}"
        for verdict in invariants.evaluate()
        for broken in verdict.broken
    ]
