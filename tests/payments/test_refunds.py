from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from tests.factories.buying import Bought, begin, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import CREDIT_NOTE, Document
from wainwright.payments import bills, janitor, refunds
from wainwright.payments.errors import NotRefundable
from wainwright.payments.models import Bill, Payment, Refund
from wainwright.sales.models import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def bought() -> Iterator[Bought]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield buy(make_price(make_product(everybody.own, tax="19"), amount=11900))


def give_back(bought: Bought, minor: int, key: str = "one", currency: str = "EUR") -> Refund:
    return refunds.refund(
        bought.payment, amount=Money(minor, currency), note="kind", by=SYSTEM, form_key=key
    )


def test_a_partial_refund_books_its_part_of_the_tax_and_a_credit_note(bought: Bought) -> None:
    give_back(bought, 5950)
    entry = Entry.objects.get(kind=Entry.REFUND)
    assert (entry.net, entry.tax, entry.gross) == (-5000, -950, -5950)
    note = Document.objects.get(kind=CREDIT_NOTE)
    assert note.gross == 5950
    assert note.preceding is not None
    assert note.number_text.startswith("TEST-C-")


def test_several_refunds_give_back_exactly_the_tax(bought: Bought) -> None:
    for key, minor in (("a", 3333), ("b", 3333), ("c", 5234)):
        give_back(bought, minor, key)
    booked = Entry.objects.filter(kind=Entry.REFUND)
    assert sum(entry.tax for entry in booked) == -1900
    assert sum(entry.gross for entry in booked) == -11900


@pytest.mark.parametrize(("minor", "currency"), [(11901, "EUR"), (100, "USD"), (0, "EUR")])
def test_too_much_or_of_another_currency_is_refused(
    bought: Bought, minor: int, currency: str
) -> None:
    with pytest.raises(NotRefundable):
        give_back(bought, minor, currency=currency)
    assert not Refund.objects.exists()


def test_what_is_left_shrinks_with_each_refund(bought: Bought) -> None:
    give_back(bought, 11000)
    assert refunds.refundable(bought.payment) == Money(900, "EUR")


def test_money_that_comes_for_a_closed_bill_goes_back(bought: Bought) -> None:
    begin(make_price(bought.order.lines.get().product), "late@buyer.example")
    payment = Payment.objects.select_related("connection__business").latest("pk")
    bills.void_bill(Bill.locked(payment.bill_id), why="closed", by=SYSTEM)
    pay_at_gateway(payment)
    janitor.resolve(payment)
    refunds.return_strays()
    assert Refund.objects.get().amount == payment.amount
    assert Entry.objects.count() == 1
