"""What is owed no more when the gateway would be called is not charged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from tests import cast
from tests.clocks import pass_time
from tests.factories.buying import buy
from tests.factories.renewing import due_subscriptions, gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation, pausing, renewals, states
from wainwright.billing.models import Subscription
from wainwright.core import clock, events
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments import charging
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

EVER = datetime(1970, 1, 1, tzinfo=UTC)

type Leaving = Callable[[Subscription], Subscription]
at_period_end: Leaving = partial(cancellation.cancel_at_period_end, by=SYSTEM, source="hub")
at_once: Leaving = partial(cancellation.cancel_now, by=SYSTEM, source="hub")
for_now: Leaving = partial(pausing.pause, by=SYSTEM, source="hub")


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def charged_later(shop: cast.Cast) -> list[int]:
    """What the gateway took without a buyer before its page."""
    charges = gateway_of(shop.own).list_charges(EVER)
    return [each.outcome.amount.minor for each in charges if each.start_ref is None]


@pytest.mark.parametrize(
    ("leave", "state", "letter"),
    [
        (at_period_end, states.CANCELLED, "cancelled_now"),
        (at_once, states.CANCELLED, "cancelled_now"),
        (for_now, states.PAUSED, "paused"),
    ],
)
def test_who_leaves_while_others_are_charged_is_not(
    shop: cast.Cast, leave: Leaving, state: str, letter: str
) -> None:
    stays, leaves = due_subscriptions(shop.own, 2)
    begun = renewals.begin([stays.customer_id, leaves.customer_id])
    leave(leaves)
    charging.charge_all(begun)
    assert charged_later(shop) == [2900]
    given_up = Payment.objects.get(purpose=Payment.RENEWAL, customer=leaves.customer_id)
    assert (given_up.state, given_up.bill.state) == (Payment.ABANDONED, Bill.VOID)
    assert not Refund.objects.exists()
    leaves.refresh_from_db()
    assert (leaves.state, leaves.payments_made, leaves.next_due_at) == (state, 1, None)
    events.deliver_waiting()
    kinds = Letter.objects.filter(customer=leaves.customer_id).values_list("kind", flat=True)
    assert set(kinds) == {letter}
    broken = {each.invariant.id for each in invariants.evaluate() if each.broken}
    assert not broken & {"I1", "I2", "I3", "I6", "I12"}


def test_what_others_owe_on_the_same_bill_is_charged_without_the_one_who_left(
    shop: cast.Cast,
) -> None:
    product = make_product(shop.own)
    leaves = buy(make_price(product, "daily", 1000)).subscription
    stays = buy(make_price(product, "daily", 500)).subscription
    Subscription.objects.filter(pk=stays.pk).update(method=leaves.method_id)
    clock.set_offset(timedelta(days=1, hours=1))
    begun = renewals.begin([leaves.customer_id])
    assert [each.payment.amount for each in begun] == [1500]
    at_period_end(leaves)
    charging.charge_all(begun)
    assert charged_later(shop) == []
    pass_time(shop.account.pk, timedelta(minutes=1))
    assert charged_later(shop) == [500]
    stays.refresh_from_db()
    assert (stays.state, stays.payments_made, stays.failures) == (states.ACTIVE, 2, 0)
