"""A paid bill in whose course anything happens: refunds by sum and by line, races, chargebacks."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from django.db.models import Sum
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests import cast
from tests.concurrency.together import together
from tests.factories.baskets import make_goods, pay_for_basket
from tests.factories.renewing import gateway_of
from wainwright.billing import cancellation
from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.core.actors import SYSTEM
from wainwright.core.ids import new_id
from wainwright.core.money import Money, round_half_up
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.payments import disputes, refunds
from wainwright.payments.errors import NotRefundable
from wainwright.payments.gateways.base import RequestRejected
from wainwright.payments.gateways.test.faults import Faults
from wainwright.payments.models import BillLine, Dispute, Payment, Refund, RefundLine
from wainwright.payments.refund_lines import lines_to_refund
from wainwright.payments.returning import Wish
from wainwright.reports import invariants
from wainwright.sales.models import Entry

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

SUMS = st.integers(1, 3000)
LINES = st.integers(0, 1)


class PaidBill(RuleBasedStateMachine):
    """Three mugs and a book, paid; beside it, by plain sums, what must have become of the money."""

    shop: cast.Cast
    goods: tuple[Price, Price]

    def __init__(self) -> None:
        super().__init__()
        self.id = pay_for_basket(self.shop, self.goods, f"{new_id('who')}@buyer.example").pk
        self.paid, self.refunded, self.charged_back = self.payment.amount, 0, 0

    @property
    def payment(self) -> Payment:
        found: Payment = Payment.objects.select_related("bill", "connection__business").get(
            pk=self.id
        )
        return found

    @property
    def left(self) -> int:
        return self.paid - self.refunded - self.charged_back

    @rule(minor=SUMS)
    def a_sum_goes_back(self, minor: int) -> None:
        self.asks(minor, minor <= self.left, amount=euros(minor))

    @rule(at=LINES, minor=SUMS)
    def a_part_of_a_line_goes_back(self, at: int, minor: int) -> None:
        line = lines_to_refund(self.payment)[at]
        allowed = minor <= min(line.left.minor, self.left)
        self.asks(minor, allowed, lines=[Wish(line.id, amount=euros(minor))])

    @rule(pieces=st.integers(1, 3))
    def mugs_go_back(self, pieces: int) -> None:
        mugs = lines_to_refund(self.payment)[0]
        worth = mugs.worth(pieces).minor
        allowed = pieces <= mugs.pieces_left and worth <= min(mugs.left.minor, self.left)
        self.asks(worth, allowed, lines=[Wish(mugs.id, pieces=pieces)])

    @rule(minor=SUMS)
    def its_form_is_posted_by_two_at_once(self, minor: int) -> None:
        form = new_id("form")
        results = self.at_once(self.giving(form, amount=euros(minor)), times=2)
        if minor <= self.left:
            self.refunded += minor
            assert len({result.pk for result in results}) == 1
        else:
            assert {type(result) for result in results} == {NotRefundable}

    @rule()
    @precondition(lambda self: self.left > 1)
    def two_at_once_want_more_than_half(self) -> None:
        minor = self.left // 2 + 1
        acts = [self.giving(new_id("form"), amount=euros(minor)) for _worker in range(2)]
        results = together(self.shop.account.pk, *acts)
        assert sorted(type(each).__name__ for each in results) == ["NotRefundable", "Refund"]
        self.refunded += minor

    @rule(minor=SUMS)
    def the_answer_to_a_refund_is_lost(self, minor: int) -> None:
        if minor > self.left:
            return
        gateway = gateway_of(self.shop.own)
        gateway.misbehave(Faults(lost=1))
        made = self.giving(new_id("form"), amount=euros(minor))()
        assert made.state == Refund.UNKNOWN
        gateway.misbehave(Faults())
        assert refunds.resolve(made).state == Refund.SUCCEEDED
        self.refunded += minor

    @rule(minor=SUMS)
    def the_bank_takes_a_part(self, minor: int) -> None:
        try:
            ref = gateway_of(self.shop.own).dispute(self.payment.gateway_ref, euros(minor))
        except RequestRejected:
            assert minor > self.left
            return
        self.hear_of(ref)
        self.charged_back += minor

    @rule(won=st.booleans())
    @precondition(lambda self: self.open_disputes())
    def the_bank_decides(self, won: bool) -> None:
        dispute = self.open_disputes()[0]
        gateway_of(self.shop.own).decide(dispute.gateway_ref, won=won)
        for _twice in range(2):
            self.hear_of(dispute.gateway_ref)
        self.charged_back -= dispute.amount if won else 0

    @invariant()
    def what_is_left_is_what_was_paid_less_what_went(self) -> None:
        assert refunds.refundable(self.payment).minor == self.left >= 0
        entries = Entry.objects.filter(payment=self.id).exclude(kind=Entry.FEE)
        assert total_of(entries, "gross") == self.left

    @invariant()
    def each_line_bears_its_own_tax(self) -> None:
        for line in BillLine.objects.filter(bill=self.payment.bill_id):
            back = RefundLine.objects.filter(line=line)
            gross, tax = total_of(back, "gross"), total_of(back, "tax")
            assert 0 <= gross <= line.gross
            assert tax == round_half_up(Fraction(line.tax * gross, line.gross))

    @invariant()
    def credit_notes_are_the_refunds(self) -> None:
        made = Refund.objects.filter(payment=self.id)
        notes = Document.objects.filter(kind=CREDIT_NOTE, refund__in=made)
        lines = RefundLine.objects.filter(refund__in=made)
        assert total_of(made, "amount") == self.refunded
        for column in ("gross", "tax"):
            assert total_of(notes, column) == total_of(lines, column)
        assert total_of(notes, "gross") == self.refunded

    def teardown(self) -> None:
        """The customer leaves, and the books are in order."""
        for each in Subscription.objects.filter(customer=self.payment.customer):
            cancellation.cancel_now(each, by=SYSTEM, source="hub")
        assert not [found.broken for found in invariants.evaluate() if found.broken]

    def asks(self, minor: int, allowed: bool, **what: object) -> None:
        """One refund, which is made if it is `allowed` and else refused."""
        give = self.giving(new_id("form"), **what)
        if allowed:
            give()
            self.refunded += minor
        else:
            with pytest.raises(NotRefundable):
                give()

    def giving(self, form: str, **what: object) -> Callable[[], Refund]:
        return lambda: refunds.refund(self.payment, note="", by=SYSTEM, form_key=form, **what)

    def at_once(self, act: Callable[[], Refund], *, times: int) -> list[Refund]:
        return together(self.shop.account.pk, *[act] * times)

    def hear_of(self, ref: str) -> None:
        assert self.payment.connection is not None
        disputes.ask(self.payment.connection, ref)

    def open_disputes(self) -> list[Dispute]:
        return list(self.payment.disputes.filter(state=Dispute.OPEN).order_by("pk"))


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def total_of(rows: object, column: str) -> int:
    return rows.aggregate(sum=Sum(column))["sum"] or 0  # type: ignore[attr-defined]


def run(examples: int, steps: int) -> None:
    shop = cast.assemble()
    with scope(shop.account.pk, TEST):
        machine = type("PaidBillOfAShop", (PaidBill,), {"shop": shop, "goods": make_goods(shop)})
        run_state_machine_as_test(
            machine, settings=settings(max_examples=examples, stateful_step_count=steps)
        )


def test_money_goes_back_at_most_once_in_whatever_order_it_is_asked_for() -> None:
    run(examples=4, steps=30)


@pytest.mark.nightly
def test_nor_in_any_of_many_long_orders() -> None:
    run(examples=60, steps=60)
