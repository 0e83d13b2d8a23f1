"""What each act leaves: the state, a newer version, one line in the trail, one fact for others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import aligning, cancellation, pausing, reactivating, states, switching
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Ending, Hold, Pause, Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.dates import add_days, local_day
from wainwright.core.models import AuditRow, EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.sales.models import Entry

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

WHO: Any = {"by": SYSTEM, "source": "hub", "reason": "moved"}


@pytest.fixture
def mine() -> Iterator[Subscription]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield buy(make_price(make_product(everybody.own), "monthly")).subscription


def again(subscription: Subscription) -> Subscription:
    found: Subscription = Subscription.objects.select_related("business").get(pk=subscription.pk)
    return found


def traces(
    act: Callable[[Subscription], object], subscription: Subscription
) -> list[tuple[str, ...]]:
    """The lines of the trail and then the facts, with who, from where and why as far as told."""
    lines, facts = AuditRow.objects.count(), EventRow.objects.count()
    act(subscription)
    told = [(row.name, row.payload) for row in EventRow.objects.order_by("pk")[facts:]]
    written = AuditRow.objects.order_by("pk").values_list("action")[lines:]
    names = ("by", "source", "reason")
    return [*written, *((name, *(said.get(each, "") for each in names)) for name, said in told)]


def test_every_act_is_written_and_told_once_with_who_from_where_and_why(
    mine: Subscription,
) -> None:
    cheaper = make_price(make_product(mine.business, "Less"), "monthly", 100)
    soon = clock.now() + timedelta(days=3)
    planned = switching.proposed(mine, cheaper)
    kept = switching.proposed(mine, mine.price, now=False)
    day = aligning.proposed([mine], local_day(mine.anchor, mine.zone).day % 28 + 1)
    acts: list[tuple[Callable[[Subscription], object], str, str, str]] = [
        (lambda it: switching.switch(it, planned, **WHO), "plan_change_asked", "", states.ACTIVE),
        (lambda it: switching.keep(it, **WHO), "plan_kept", "", states.ACTIVE),
        (lambda it: switching.switch(it, planned, **WHO), "plan_change_asked", "", states.ACTIVE),
        (lambda it: switching.switch(it, kept, **WHO), "plan_kept", "", states.ACTIVE),
        (lambda it: aligning.align(day, **WHO), "bill_day_chosen", "", states.ACTIVE),
        (lambda it: pausing.pause(it, **WHO), "paused", "", states.PAUSED),
        (lambda it: pausing.resume(it, **WHO), "active", "resumed", states.ACTIVE),
        (
            lambda it: cancellation.cancel_at_period_end(it, **WHO),
            "cancellation_asked",
            "",
            states.ACTIVE,
        ),
        (
            lambda it: cancellation.undo_cancellation(it, **WHO),
            "cancellation_undone",
            "",
            states.ACTIVE,
        ),
        (
            lambda it: cancellation.cancel_on(it, soon, **WHO),
            "cancellation_asked",
            "",
            states.ACTIVE,
        ),
        (lambda it: cancellation.cancel_now(it, **WHO), "cancelled", "", states.CANCELLED),
        (lambda it: reactivating.reactivate(it, **WHO), "active", "reactivated", states.ACTIVE),
    ]
    for act, line, fact, state in acts:
        before = again(mine)
        assert traces(act, before) == [
            (f"subscription.{line}",),
            (f"subscription.{fact or line}", SYSTEM.label, "hub", "moved"),
        ]
        after = again(mine)
        assert (after.state, after.version > before.version) == (state, True), line
        assert traces(act, after) == [], f"{line} was repeated"
    (pause,) = Pause.objects.all()
    assert (pause.by, pause.source, pause.reason) == (SYSTEM.label, "hub", "moved")
    assert pause.ended_at is not None
    (ending,) = Ending.objects.all()
    assert (ending.by, ending.source, ending.reason) == (SYSTEM.label, "hub", "moved")
    assert ending.back_by == SYSTEM.label
    assert ending.asked_at <= ending.ended_at <= ending.back_at
    back = again(mine)
    assert (back.cancel_at, back.cancel_asked_at, back.ended_at) == (None, None, None)
    assert (back.cancel_by, back.cancel_source, back.cancel_reason) == ("", "", "")
    assert (back.paused_at, back.resume_at, back.failures) == (None, None, 0)
    assert back.next_due_at == back.due(1)
    assert Entry.objects.get(kind=Entry.CANCEL).note == f"hub: {SYSTEM.label}: moved"


def test_who_ends_or_pauses_it_is_asked_about_it_no_more_but_for_a_chargeback(
    mine: Subscription,
) -> None:
    for kind in (Hold.MISSED, Hold.DISPUTE):
        Hold.objects.create(
            public_id=f"hold_{kind}",
            business_id=mine.business_id,
            subscription=mine,
            kind=kind,
            currency="EUR",
            amount=1,
            opened_at=clock.now(),
        )
    waiting = Hold.objects.filter(decided_at=None)
    pausing.pause(mine, **WHO)
    assert list(waiting.values_list("kind", flat=True)) == [Hold.DISPUTE]
    cancellation.cancel_now(mine, **WHO)
    ended = again(mine)
    assert ended.cancel_at == ended.ended_at
    assert ended.cancel_asked_at <= ended.ended_at
    assert not waiting.exists()
    assert set(Hold.objects.values_list("decision", "by")) == {(Hold.SKIP, SYSTEM.label)}


def test_who_comes_back_owes_nothing_of_before(mine: Subscription) -> None:
    asked = mine.current_start - timedelta(days=1)
    ended = cancellation.cancel_now(mine, **WHO)
    Subscription.objects.filter(pk=mine.pk).update(failures=2, cancel_asked_at=asked)
    back = reactivating.reactivate(ended, **WHO)
    assert (back.failures, back.state, back.next_due_at) == (0, states.ACTIVE, back.due(1))
    assert Ending.objects.get().asked_at == asked
    assert EventRow.objects.filter(name="subscription.started").count() == 1
    assert switching.keep(back, **WHO).then is None
    assert pausing.resume(back, **WHO) == back
    change_rules(None, by=SYSTEM, return_days=5)
    cancellation.cancel_now(mine, **WHO)
    until = reactivating.reactivated_until(again(mine))
    assert until == add_days(again(mine).ended_at, 5, mine.zone)
    clock.set_offset(until - clock.wall() + timedelta(minutes=1))
    assert not reactivating.can_reactivate(again(mine))
    with pytest.raises(MoveRefused):
        reactivating.reactivate(mine, **WHO)
