"""However webhooks come, repeated and in whatever order, what stands in the end is the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations

import pytest
from django.db import transaction

from tests import cast
from tests.factories.buying import begin, pay_at_gateway
from tests.factories.renewing import gateway_of
from tests.factories.shops import make_price, make_product
from wainwright.billing import cancellation
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import inbox, janitor, refunds
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.models import Bill, Connection, InboxItem, Payment, Refund
from wainwright.sales.models import Entry, Order

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield everybody


def ends_of(refs: list[str]) -> set[tuple[object, ...]]:
    """How things stand after each order of these messages, of which one comes twice."""
    connection = Connection.objects.get(pk=Payment.objects.latest("pk").connection_id)
    ends = set()
    for order in sorted({order for twice in refs for order in permutations([*refs, twice])}):
        with transaction.atomic():
            for number, ref in enumerate(order):
                item = InboxItem.objects.create(
                    business_id=connection.business_id,
                    connection=connection,
                    key=f"message {number}",
                    kind="charge.changed",
                    ref=ref,
                    received_at=clock.wall(),
                )
                inbox.work_on(item)
            ends.add(_standing())
            transaction.set_rollback(True)
    return ends


def _standing() -> tuple[object, ...]:
    return (
        *Payment.objects.order_by("pk").values_list("state", flat=True),
        *Refund.objects.order_by("pk").values_list("state", flat=True),
        *Bill.objects.order_by("pk").values_list("state", flat=True),
        *Subscription.objects.order_by("pk").values_list("state", "next_due_at"),
        *Entry.objects.order_by("kind", "gross").values_list("kind", "gross"),
        Order.objects.count(),
    )


def test_a_purchase_and_its_refund_end_the_same_in_every_order(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own), "monthly"))
    payment = Payment.objects.select_related("connection__business").get()
    pay_at_gateway(payment)
    paid = janitor.resolve(payment)
    gateway_of(shop.own).misbehave(Faults(lost=1))
    back = refunds.refund(paid, amount=Money(900, "EUR"), note="", by=SYSTEM, form_key="one")
    gateway_of(shop.own).misbehave(Faults())
    begin(make_price(make_product(shop.own, "Once")), "eve@buyer.example")
    second = Payment.objects.select_related("connection__business").latest("pk")
    pay_at_gateway(second)
    (end,) = ends_of([paid.public_id, back.public_id, second.start_ref])
    assert end.count("succeeded") == 3


def test_a_cancelled_and_refunded_purchase_stays_so(shop: cast.Cast) -> None:
    begin(make_price(make_product(shop.own), "monthly"))
    payment = Payment.objects.select_related("connection__business").get()
    pay_at_gateway(payment)
    paid = janitor.resolve(payment)
    refunds.refund(paid, amount=paid.money, note="", by=SYSTEM, form_key="one")
    cancellation.cancel_at_period_end(Subscription.objects.get(), by=SYSTEM, source="hub")
    clock.set_offset(timedelta(days=40))
    cancellation.end_due()
    before = _standing()
    assert "cancelled" in {state for state, _due in Subscription.objects.values_list("state", "pk")}
    back = Refund.objects.get()
    refs = [paid.start_ref, paid.gateway_ref, back.public_id]
    assert ends_of(refs) == {before}
