"""Whether what is owed is charged now, waits or is given up; others' debts change nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from tests import cast
from tests.clocks import advance
from tests.factories.buying import LATER_DECLINED, buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import collecting, owing, states
from wainwright.billing.collecting import Owed
from wainwright.billing.models import Instalment, Subscription
from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.tenancy import TEST, scope
from wainwright.payments.gateways.base import Decline, Series
from wainwright.payments.models import Bill, Connection, Method, Payment

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CHARGED, WAITS, FAILS, ENDS = "charged", "waits", "fails", "ends"


@pytest.fixture
def mine() -> Iterator[Subscription]:
    """Ada's and Bob's first renewals were declined today; this is Ada's."""
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        price = make_price(make_product(everybody.own), "daily")
        ada = buy(price, card=LATER_DECLINED).subscription
        buy(price, "bob@buyer.example", card=LATER_DECLINED)
        advance(everybody.account.pk, 1)
        yield Subscription.objects.get(pk=ada.pk)


def try_of(subscription: Subscription) -> Payment:
    found: Payment = Payment.objects.get(bill=subscription.open_bill_id)
    return found


def what_if(mine: Subscription, happened: Callable[[], object]) -> tuple[str, int]:
    """What becomes of the next try, and after how many minutes; then all is as it was."""
    with transaction.atomic():
        happened()
        bill = Bill.objects.get(pk=mine.open_bill_id)
        facts, debtors = EventRow.objects.count(), owing.debtors(bill.pk)
        [failures] = [each.failures for each in debtors]
        made = collecting.attempts_for([Owed(bill, debtors, tried=True)])
        after = Subscription.objects.get(pk=mine.pk)
        told = list(EventRow.objects.order_by("pk").values_list("name", flat=True)[facts:])
        said = EventRow.objects.latest("pk").payload
        wait = after.next_due_at and round((after.next_due_at - clock.now()).total_seconds() / 60)
        transaction.set_rollback(True)
    if after.state != states.PAST_DUE:
        assert (made, after.next_due_at, after.open_bill_id) == ([], None, None)
        return ENDS, 0
    if after.failures > failures:
        assert told == ["subscription.renewal_failed"]
        return f"{FAILS}: {said['decline']}", wait
    assert told == []
    return (CHARGED, 0) if made else (WAITS, wait)


def test_the_next_try_is_made_unless_something_speaks_against_it(mine: Subscription) -> None:
    first, bobs = try_of(mine), try_of(Subscription.objects.exclude(pk=mine.pk).get())

    def now_is(rows: Any, **values: object) -> Callable[[], object]:
        return lambda: rows.update(**values)

    def payment(of: Payment, **values: object) -> Callable[[], object]:
        return now_is(Payment.objects.filter(pk=of.pk), **values)

    def another(of: Payment, **values: object) -> Callable[[], object]:
        names = [field.attname for field in Payment._meta.fields if field.attname != "id"]
        copy = {name: getattr(of, name) for name in names} | {"public_id": new_id("pay")}
        return lambda: Payment.objects.create(**copy | values)

    def agreed(days: int) -> Callable[[], object]:
        return lambda: Instalment.objects.create(
            business_id=mine.business_id,
            bill_id=mine.open_bill_id,
            number=1,
            due_at=clock.now() + timedelta(days=days),
            amount=2900,
            currency="EUR",
        )

    def untried_without_method() -> None:
        Payment.objects.filter(pk=first.pk).update(state=Payment.ABANDONED)
        Subscription.objects.filter(pk=mine.pk).update(method=None)

    card = Method.objects.filter(pk=mine.method_id)
    other = Method.objects.exclude(pk=mine.method_id).get()
    spent = Subscription.objects.filter(pk=mine.pk)
    day, hour = 24 * 60, 60
    void = Bill.objects.create(
        **{
            each.attname: getattr(mine.open_bill, each.attname)
            for each in Bill._meta.fields
            if each.attname not in ("id", "public_id", "state")
        },
        public_id=new_id("bill"),
        state=Bill.VOID,
    )
    unknown: dict[str, object] = {"state": Payment.UNKNOWN, "settled_at": None}
    cases: list[tuple[Callable[[], object], tuple[str, int]]] = [
        (lambda: None, (CHARGED, 0)),
        # An attempt for it, or for a bill it took the place of, has no answer yet.
        (payment(first, **unknown), (WAITS, hour)),
        (another(first, **unknown, bill_id=void.pk), (WAITS, hour)),
        (another(first, **unknown, bill_id=void.pk, customer_id=bobs.customer_id), (CHARGED, 0)),
        (payment(bobs, **unknown), (CHARGED, 0)),
        # Another day was agreed.
        (agreed(3), (WAITS, 3 * day)),
        (agreed(-1), (CHARGED, 0)),
        # Only another method can mend it, which was given or was not.
        (payment(first, decline=Decline.EXPIRED_CARD), ("fails: expired_card", 3 * day)),
        (payment(bobs, decline=Decline.EXPIRED_CARD), (CHARGED, 0)),
        (another(first, state=Payment.ABANDONED, decline=Decline.EXPIRED_CARD), (CHARGED, 0)),
        (payment(first, decline=Decline.EXPIRED_CARD, method=other), (CHARGED, 0)),
        (now_is(card, gone_at=clock.now()), ("fails: generic", 3 * day)),
        (now_is(spent, method=None), ("fails: generic", 3 * day)),
        (untried_without_method, ("fails: method_gone", 3 * day)),
        # The grace is over, and no other method was given meanwhile.
        (now_is(spent, failures=3), (CHARGED, 0)),
        (now_is(spent, failures=4), (ENDS, 0)),
        (now_is(spent, failures=4, method=other), (CHARGED, 0)),
        (now_is(spent, failures=4, method=None), (ENDS, 0)),
        # The gateway rests.
        (now_is(Connection.objects, ask_after=clock.now() + timedelta(hours=1)), (WAITS, 15)),
        (now_is(Connection.objects, ask_after=clock.now()), (CHARGED, 0)),
    ]
    for number, (happened, becomes) in enumerate(cases):
        assert what_if(mine, happened) == becomes, number


def test_what_credit_pays_whole_needs_no_method(mine: Subscription) -> None:
    Bill.objects.filter(pk=mine.open_bill_id).update(net=0, tax=0, gross=0)
    Subscription.objects.filter(pk=mine.pk).update(method=None)
    bill = Bill.objects.get(pk=mine.open_bill_id)
    [free] = collecting.attempts_for([Owed(bill, owing.debtors(bill.pk), tried=True)])
    assert (free.amount, free.method, free.connection, free.part) == (0, None, None, False)
    assert free.raw["series"] == Series.RECURRING
    Subscription.objects.filter(pk=mine.pk).update(payments_total=6)
    [part] = collecting.attempts_for([Owed(bill, owing.debtors(bill.pk), tried=True)])
    assert part.raw["series"] == Series.INSTALLMENT
    assert (free.bill, free.customer_id, free.subject) == (
        bill,
        mine.customer_id,
        mine.public_id,
    )
