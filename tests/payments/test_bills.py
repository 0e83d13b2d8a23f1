"""What is owed of a bill, by what was paid of it, and what is left when it is owed no more."""

from __future__ import annotations

import pytest

from tests import cast
from tests.factories.buying import begin, buy
from tests.factories.shops import make_price, make_product
from wainwright.core import clock
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.models import AuditRow
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import bills, connections, methods, refunds
from wainwright.payments.models import Bill, Connection, Method, Payment
from wainwright.payments.queries import left_to_refund
from wainwright.payments.refund_lines import lines_to_refund

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def a_part(bill: Bill, amount: int, **changed: object) -> Payment:
    made = {"state": Payment.SUCCEEDED, "part": True, "settled_at": clock.now()} | changed
    row: Payment = Payment.objects.create(
        public_id=new_id("pay"),
        business_id=bill.business_id,
        bill=bill,
        connection=Connection.objects.get(business=bill.business_id),
        customer_id=bill.customer_id,
        purpose=Payment.RENEWAL,
        intent="pay",
        amount=amount,
        currency="EUR",
        started_at=clock.now(),
        **made,
    )
    return row


def test_the_rest_is_what_no_part_has_paid_and_parts_go_back_when_it_is_off() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        price = make_price(make_product(everybody.own, tax="19"))
        for _cart in range(2):
            begin(price)
        bill, other = Bill.objects.order_by("pk")
        assert bills.rest_of(bill) == Money(2900, "EUR")
        paid = [a_part(bill, 900), a_part(bill, 500)]
        elsewhere = a_part(other, 100)
        declined = a_part(bill, 1000, state=Payment.DECLINED)
        whole = a_part(bill, 2900, part=False)
        stray = a_part(bill, 200, stray=True)
        assert bills.paid_parts([bill.pk]) == {bill.pk: 1400}
        assert bills.rest_of(bill) == Money(1500, "EUR")

        # Nothing of a part goes back, and no line of it, while the rest is owed.
        assert paid[0].of_open_bill
        for each in (paid[0], declined):
            assert refunds.refundable(each) == Money(0, "EUR")
        assert set(left_to_refund([*paid, declined]).values()) == {Money(0, "EUR")}
        assert lines_to_refund(paid[0]) == []

        bills.void_bill(bill, why="the buyer left", by=SYSTEM)
        rows = Payment.objects.filter(
            pk__in=[each.pk for each in (*paid, declined, elsewhere, whole)]
        )
        assert list(rows.order_by("pk").values_list("stray", flat=True)) == [
            True,
            True,
            False,
            False,
            False,
        ]
        closed_at = Bill.objects.get(pk=bill.pk).closed_at
        assert closed_at is not None
        bills.close_bill(bill, Bill.WRITTEN_OFF, by=SYSTEM)
        again = Bill.objects.get(pk=bill.pk)
        assert (again.state, again.closed_why, again.closed_at) == (
            Bill.VOID,
            "the buyer left",
            closed_at,
        )
        bills.close_paid([other], by=SYSTEM)
        assert not Payment.objects.get(pk=elsewhere.pk).stray
        for _twice in range(2):
            bills.reopen(again, by=SYSTEM)
        assert (again.state, again.closed_at, again.closed_why) == (Bill.OPEN, None, "")
        bills.reopen(other, by=SYSTEM)
        assert Bill.objects.get(pk=other.pk).state == Bill.PAID
        written = AuditRow.objects.filter(subject=bill.public_id).order_by("pk")
        assert list(written.values_list("action", flat=True)) == ["bill.void", "bill.reopened"]
        assert stray.stray


def test_a_method_is_saved_once_and_only_where_it_may_be_used_again() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        bought = buy(make_price(make_product(everybody.own), "monthly"))
        payment, customer = bought.payment, bought.order.customer
        assert payment.intent != "pay"
        known = Method.objects.get()
        assert methods.save_from(payment, customer) == known
        kept = dict(payment.raw["method"])
        payment.raw = {"method": kept | {"reusable": False}}
        assert methods.save_from(payment, customer) is None
        payment.raw = {}
        assert methods.save_from(payment, customer) is None
        payment.raw, payment.intent = {"method": kept | {"token": "new"}}, "pay"
        assert methods.save_from(payment, customer) is None
        assert Method.objects.count() == 1
        payment.intent = "pay_and_save"
        payment.raw = {"method": kept | {"token": "new", "customer_ref": "other"}}
        saved = methods.save_from(payment, customer)
        assert saved is not None
        assert (saved.gateway_ref, saved.customer_id, saved.brand, saved.last4) == (
            "new",
            customer.pk,
            "Visa",
            "4242",
        )
        customer.refresh_from_db()
        assert customer.gateway_refs == {str(payment.connection_id): "other"}


def test_a_business_is_paid_by_its_newest_connection_that_works() -> None:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        first = connections.connect_test_gateway(everybody.own, by=SYSTEM)
        assert connections.connect_test_gateway(everybody.own, by=SYSTEM) == first
        assert connections.connect_test_gateway(everybody.client, by=SYSTEM) != first

        def pays() -> Connection | None:
            return connections.connection_for(everybody.own.pk, "EUR")

        assert pays() == first
        secrets = {"webhook": "whsec_AAAA"}
        second = connections.connect(
            everybody.own, gateway="test", label="", secrets=secrets, by=SYSTEM
        )
        assert pays() == second
        Connection.objects.filter(pk=second.pk).update(active=False)
        assert pays() == first
        Connection.objects.filter(pk=first.pk).update(active=False)
        assert pays() is None
        third = connections.connect_test_gateway(everybody.own, by=SYSTEM)
        assert third.pk > second.pk
        Connection.objects.filter(pk=third.pk).update(gateway="another")
        assert connections.connect_test_gateway(everybody.own, by=SYSTEM).pk > third.pk
        found = connections.connection_by_id(everybody.own.pk, first.public_id)
        assert found == first
        assert connections.connection_by_id(everybody.client.pk, first.public_id) is None
