"""What is asked twice happens once, and what comes too late is refused and changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from tests import cast
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, methods, pausing, paying, states, switching
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.errors import Conflict
from wainwright.core.tenancy import TEST, scope
from wainwright.payments.errors import NoGateway
from wainwright.payments.models import Connection

pytestmark = pytest.mark.django_db

HOME = {"return_url": "http://shop.example/", "cancel_url": "http://shop.example/"}
A_DAY, A_MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def mine() -> Iterator[Subscription]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        price = make_price(make_product(everybody.own), "monthly", interval="weekly")
        yield buy(price).subscription


def refused(
    act: Callable[[], object], of: Subscription, error: type[Exception] = MoveRefused
) -> bool:
    """It raises the error, and the subscription is as it was."""
    before = Subscription.objects.filter(pk=of.pk).values().get()
    with pytest.raises(error):
        act()
    return Subscription.objects.filter(pk=of.pk).values().get() == before


def test_what_has_ended_is_neither_paused_nor_resumed_nor_given_a_card(mine: Subscription) -> None:
    ended = cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert (ended.state, ended.next_due_at) == (states.CANCELLED, None)
    assert refused(lambda: cancellation.undo_cancellation(mine, by=SYSTEM), mine)
    assert refused(lambda: pausing.pause(mine, by=SYSTEM, source="hub"), mine)
    assert refused(lambda: pausing.resume(mine, by=SYSTEM), mine)
    assert refused(lambda: methods.start_replacing(ended, by=SYSTEM, **HOME), mine)
    again = cancellation.cancel_now(mine, by=SYSTEM, source="hub")
    assert (again.pk, again.version) == (mine.pk, ended.version)


def test_undone_and_asked_again_is_asked_once(mine: Subscription) -> None:
    due = mine.next_due_at
    ending = cancellation.cancel_at_period_end(mine, by=SYSTEM, source="hub", reason="moved")
    assert (ending.cancel_at, ending.next_due_at, ending.cancel_reason) == (due, None, "moved")
    twice = cancellation.cancel_at_period_end(mine, by=SYSTEM, source="hub")
    assert (twice.version, twice.cancel_reason) == (ending.version, "moved")
    back = cancellation.undo_cancellation(mine, by=SYSTEM)
    assert (back.cancel_at, back.next_due_at, back.cancel_reason) == (None, due, "")
    assert back.version > ending.version
    assert cancellation.undo_cancellation(mine, by=SYSTEM).version == back.version


def test_an_end_or_a_resumption_in_the_past_cannot_be_chosen(mine: Subscription) -> None:
    past = clock.now() - A_MINUTE
    assert refused(lambda: cancellation.cancel_on(mine, past, by=SYSTEM, source="hub"), mine)
    assert refused(lambda: pausing.pause(mine, until=past, by=SYSTEM, source="hub"), mine)


def test_a_pause_leaves_out_one_to_two_dozen_periods(mine: Subscription) -> None:
    def pause(periods: int) -> Subscription:
        return pausing.pause(mine, periods=periods, by=SYSTEM, source="hub")

    assert refused(lambda: pause(0), mine)
    assert refused(lambda: pause(25), mine)
    paused = pause(24)
    assert (paused.state, paused.next_due_at) == (states.PAUSED, None)
    assert paused.resume_at == mine.due(25)
    assert pause(1).version == paused.version


def test_who_owes_nothing_pays_nothing_and_without_a_gateway_nobody_can(
    mine: Subscription,
) -> None:
    def pay() -> str:
        return paying.start_paying(mine, by=SYSTEM, **HOME)

    def replace() -> str:
        return methods.start_replacing(mine, by=SYSTEM, **HOME)

    with pytest.raises(Conflict):
        pay()
    Connection.objects.update(active=False)
    with pytest.raises(NoGateway):
        replace()


def test_a_quantity_has_its_bounds(mine: Subscription) -> None:
    def propose(quantity: int) -> switching.Switch:
        return switching.proposed(mine, mine.price, quantity=quantity, now=False)

    assert refused(lambda: propose(0), mine)
    assert refused(lambda: propose(10_001), mine)
    assert [propose(number).plan.quantity for number in (2, 10_000)] == [2, 10_000]


def test_what_ends_is_paused_due_or_limited_keeps_its_plan(mine: Subscription) -> None:
    act = switching.proposed(mine, mine.price, quantity=2, now=False)
    assert switching.can_switch(mine)
    for changed in (
        {"state": states.PAUSED},
        {"cancel_at": mine.next_due_at},
        {"payments_total": 3},
        {"next_due_at": None},
        {"next_due_at": clock.now()},
    ):
        row = Subscription.objects.filter(pk=mine.pk)
        row.update(**changed)
        assert not switching.can_switch(row.get()), changed
        assert refused(lambda: switching.switch(mine, act, by=SYSTEM), mine), changed
        row.update(**{name: getattr(mine, name) for name in changed})


def test_of_the_notice_of_a_higher_price_the_first_in_time_counts(mine: Subscription) -> None:
    planned = {"product_id": mine.product_id, "price_id": mine.price_id, "name": "Studio"}
    planned |= {"amount": 9900, "quantity": 1, "inclusive": True, "interval": "weekly"}
    Subscription.objects.filter(pk=mine.pk).update(then=planned, then_waits=True)
    mine.refresh_from_db()

    def told(ago: timedelta) -> object:
        switching.note_told(mine, clock.now() - ago, SYSTEM, "let_1")
        return Subscription.objects.get(pk=mine.pk).then_told_for

    assert told(timedelta(0)) is None  # a week at least before the charge
    assert told(A_DAY) == mine.next_due_at
    Subscription.objects.filter(pk=mine.pk).update(next_due_at=mine.next_due_at + A_DAY)
    assert told(A_DAY) == mine.next_due_at
