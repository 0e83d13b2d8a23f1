"""After a restore the gateway's history wins: what it took is booked, nothing is taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from tests import cast
from tests.clocks import advance, pass_time
from tests.factories.buying import LATER_DECLINED, Bought, buy, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright import wiring
from wainwright.billing import holds, paying, switching
from wainwright.billing.models import Hold
from wainwright.core import clock, tenancy
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.letters.models import Letter
from wainwright.payments import reconciling, restoring
from wainwright.payments.errors import BillingPaused, NotCompared
from wainwright.payments.models import Difference, Payment, Reconciliation, Restore
from wainwright.reports import invariants

pytestmark = pytest.mark.django_db

EVER = datetime(1970, 1, 1, tzinfo=UTC)


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def backup() -> str:
    """What the database holds now; the gateway's books are a file of their own."""
    return transaction.savepoint_create()


def restore(kept: str, **later: int) -> None:
    """The backup is put back so much later than it was made."""
    transaction.savepoint_rollback(kept)
    tenancy.current().offset = None
    clock.set_offset(clock.offset() + timedelta(**later))


def sweep(shop: cast.Cast) -> None:
    wiring.sweep_account(shop.account.pk, TEST)


def taken(shop: cast.Cast) -> dict[str, int]:
    charges = gateway_of(shop.own).list_charges(EVER)
    return {each.ref: each.outcome.amount.minor for each in charges if each.outcome.amount}


def pay_overdue(bought: Bought) -> None:
    """The customer pays what is owed with another card, on the gateway's page."""
    subscription = bought.subscription
    url = paying.start_paying(
        subscription,
        by=SYSTEM,
        return_url="http://127.0.0.1/back",
        cancel_url="http://127.0.0.1/back",
    )
    pay_at_gateway(Payment.objects.select_related("connection__business").get(start_url=url))
    paying.finish_paying(subscription)


def booked() -> dict[str, int]:
    paid = Payment.objects.filter(state=Payment.SUCCEEDED, amount__gt=0)
    return dict(paid.values_list("gateway_ref", "amount"))


def broken() -> list[str]:
    return [str(each) for verdict in invariants.evaluate() for each in verdict.broken]


def test_thirty_lost_days_are_booked_from_the_gateway_and_none_is_charged_again(
    shop: cast.Cast,
) -> None:
    buy(make_price(make_product(shop.own, "Club"), "daily", 100))
    buy(make_price(make_product(shop.own), "monthly"), "bob@buyer.example")
    advance(shop.account.pk, 2)
    kept = backup()
    advance(shop.account.pk, 30)
    lived = taken(shop)
    assert len(lived) == 2 + 32 + 1

    restore(kept, days=30)
    restoring.pause(Restore.BEHIND, clock.now())
    sweep(shop)
    assert taken(shop) == booked() == lived
    assert not Difference.objects.exists()
    assert sum(Reconciliation.objects.values_list("recovered", flat=True)) == 31
    assert broken() == []

    advance(shop.account.pk, 3)
    assert taken(shop) == lived, "charged before the owner resumed"
    waiting = restoring.paused()
    assert waiting is not None
    restoring.resume(waiting, by=SYSTEM)
    advance(shop.account.pk, 1)
    for hold in Hold.objects.filter(decided_at=None):
        holds.decide(hold, Hold.ALL, by=SYSTEM)
    advance(shop.account.pk, 1)
    sweep(shop)
    assert taken(shop) == booked()
    assert sum(taken(shop).values()) == sum(lived.values()) + 5 * 100
    assert broken() == []


def test_a_restore_is_seen_by_the_gateways_own_charges_where_nothing_else_tells(
    shop: cast.Cast,
) -> None:
    buy(make_price(make_product(shop.own), "daily"))
    kept = backup()
    advance(shop.account.pk, 5)
    lived = taken(shop)
    restore(kept, days=5)
    sweep(shop)
    noticed = restoring.paused()
    assert noticed is not None
    assert noticed.why == Restore.CHARGED
    assert taken(shop) == booked() == lived
    assert restoring.not_compared(noticed) == []


def test_a_machine_put_back_whole_compares_before_its_worker_charges(shop: cast.Cast) -> None:
    buy(make_price(make_product(shop.own), "daily"))
    pass_time(shop.account.pk, timedelta(hours=6))
    kept = backup()
    pass_time(shop.account.pk, timedelta(hours=19))
    lived = taken(shop)
    assert len(lived) == 2
    restore(kept, hours=19)
    reconciling.compare_after_silence()
    sweep(shop)
    assert restoring.paused() is not None
    assert taken(shop) == booked() == lived


def test_a_worker_that_was_not_away_compares_once_a_day(shop: cast.Cast) -> None:
    buy(make_price(make_product(shop.own), "daily"))
    sweep(shop)
    reconciling.compare_after_silence()
    compared = Reconciliation.objects.count()
    sweep(shop)
    assert Reconciliation.objects.count() == compared


def test_what_was_overdue_and_paid_on_a_page_since_is_booked_for_its_bill(
    shop: cast.Cast,
) -> None:
    bought = buy(make_price(make_product(shop.own), "monthly"), card=LATER_DECLINED)
    advance(shop.account.pk, 32)
    assert bought.subscription.open_bill is not None
    kept = backup()
    pay_overdue(bought)
    lived = taken(shop)
    restore(kept, days=1)
    sweep(shop)
    assert taken(shop) == booked() == lived
    assert bought.subscription.open_bill is None
    assert broken() == []


def test_a_charge_of_another_sum_stops_what_it_may_have_paid_and_asks_the_seller(
    shop: cast.Cast,
) -> None:
    product = make_product(shop.own)
    bought = buy(make_price(product, "monthly"))
    kept = backup()
    advance(shop.account.pk, 3)
    dearer = switching.proposed(bought.subscription, make_price(product, "monthly", 9900))
    assert switching.switch(bought.subscription, dearer, by=SYSTEM) == switching.Switched.DONE
    advance(shop.account.pk, 30)
    lived = taken(shop)
    restore(kept, days=33)
    sweep(shop)
    noticed = restoring.paused()
    assert noticed is not None
    restoring.resume(noticed, by=SYSTEM)
    sweep(shop)
    assert taken(shop) == lived
    [hold] = Hold.objects.filter(kind=Hold.LOST)
    assert Difference.objects.filter(kind=Difference.NOBODYS).count() == 2

    holds.decide(hold, Hold.SKIP, by=SYSTEM)
    sweep(shop)
    assert taken(shop) == lived
    advance(shop.account.pk, 31)
    assert len(taken(shop)) == len(lived) + 1


def test_what_is_open_and_was_paid_is_owed_no_more_when_the_seller_says_so(
    shop: cast.Cast,
) -> None:
    bought = buy(make_price(make_product(shop.own), "monthly"), card=LATER_DECLINED)
    advance(shop.account.pk, 32)
    holds.ask_about_lost(bought.subscription, bought.payment.money, clock.now())
    holds.decide(Hold.objects.get(), Hold.SKIP, by=SYSTEM)
    settled = bought.subscription
    assert (settled.state, settled.open_bill, settled.failures) == ("active", None, 0)
    assert settled.next_due_at is not None
    assert settled.next_due_at > clock.now()


def test_nothing_is_charged_changed_or_foretold_until_the_owner_resumes(
    shop: cast.Cast,
) -> None:
    product = make_product(shop.own)
    bought = buy(make_price(product, "monthly"))
    late = buy(make_price(product, "monthly"), "bob@buyer.example", card=LATER_DECLINED)
    advance(shop.account.pk, 32)
    letters = set(Letter.objects.values_list("kind", flat=True))
    restoring.pause(Restore.BEHIND, clock.now())
    before = taken(shop)
    dearer = switching.proposed(bought.subscription, make_price(product, "monthly", 9900))
    with pytest.raises(BillingPaused):
        switching.switch(bought.subscription, dearer, by=SYSTEM)
    with pytest.raises(BillingPaused):
        pay_overdue(late)
    sent = Letter.objects.count()
    advance(shop.account.pk, 40)
    assert taken(shop) == before
    new = Letter.objects.order_by("pk")[sent:]
    assert {each.kind for each in new} <= {"billing_paused"}, letters
    assert buy(make_price(product), "new@buyer.example").order is not None


def test_whatever_is_killed_the_comparison_is_made_again_and_books_once(
    shop: cast.Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    buy(make_price(make_product(shop.own), "daily"))
    kept = backup()
    advance(shop.account.pk, 3)
    lived = taken(shop)
    restore(kept, days=3)
    restoring.pause(Restore.BEHIND, clock.now())

    def die(*_: object) -> bool:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(reconciling, "_booked", die)
        with pytest.raises(KeyboardInterrupt):
            sweep(shop)
    advance(shop.account.pk, 1)
    assert taken(shop) == booked() == lived


def test_the_owner_hears_of_it_once_however_often_it_is_noticed(shop: cast.Cast) -> None:
    for _time in range(2):
        restoring.pause(Restore.BEHIND, clock.now())
    sweep(shop)
    [letter] = Letter.objects.filter(kind="billing_paused")
    assert letter.recipient == "ann@agency.example"
    assert Restore.objects.count() == 1


def test_it_is_resumed_only_when_all_gateways_were_compared_unless_the_owner_insists(
    shop: cast.Cast,
) -> None:
    restoring.pause(Restore.BEHIND, clock.now())
    waiting = restoring.paused()
    assert waiting is not None
    assert len(restoring.not_compared(waiting)) == 3
    with pytest.raises(NotCompared):
        restoring.resume(waiting, by=SYSTEM)
    restoring.resume(waiting, by=SYSTEM, uncompared=True)
    assert restoring.paused() is None


def test_where_no_gateway_is_connected_nothing_is_paused(shop: cast.Cast) -> None:
    with scope(shop.account.pk, LIVE):
        restoring.pause(Restore.BEHIND, clock.now())
        assert restoring.paused() is None
