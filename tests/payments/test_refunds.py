from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import cast
from tests.factories.baskets import pay_for_basket
from tests.factories.buying import Bought, begin, buy, pay_at_gateway
from tests.factories.shops import make_price, make_product
from wainwright.core.actors import SYSTEM
from wainwright.core.money import Money
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.files import content_of
from wainwright.invoicing.models import CREDIT_NOTE, INVOICE, Document
from wainwright.payments import bills, janitor, refunds
from wainwright.payments.errors import NotRefundable
from wainwright.payments.gateways.base import Outcome, OutcomeStatus
from wainwright.payments.models import Bill, Difference, Payment, Refund
from wainwright.payments.queries import left_to_refund
from wainwright.payments.refund_lines import lines_to_refund
from wainwright.payments.returning import Wish
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


@pytest.fixture
def basket() -> Iterator[Payment]:
    """One bill over three mugs at 19 % and a book at 7 %, paid."""
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield pay_for_basket(everybody)


def parts_of(refund: Refund) -> list[tuple[int, int, int | None]]:
    rows = refund.lines.order_by("line__position")
    return list(rows.values_list("pieces", "gross", "tax"))


def test_pieces_and_sums_of_single_lines_go_back_with_their_own_tax(basket: Payment) -> None:
    mug, book = lines_to_refund(basket)
    made = refunds.refund(
        basket,
        lines=[Wish(mug.id, pieces=2), Wish(book.id, amount=Money(1070, "EUR"))],
        note="",
        by=SYSTEM,
        form_key="one",
    )
    assert parts_of(made) == [(2, 2000, 319), (0, 1070, 70)]
    entry = Entry.objects.get(refund=made)
    assert (entry.net, entry.tax, entry.gross) == (-2681, -389, -3070)
    content = content_of(Document.objects.get(refund=made))
    assert [(line.detail, line.quantity, line.gross) for line in content.lines] == [
        ("Line 1 of the invoice", 2, 2000),
        ("Line 2 of the invoice", 1, 1070),
    ]
    assert [(row.rate, row.tax) for row in content.taxes] == [("19", 319), ("7", 70)]


def test_no_line_goes_back_twice_and_the_rest_is_exactly_the_invoice(basket: Payment) -> None:
    mug, book = lines_to_refund(basket)

    def give_lines(key: str, *wishes: Wish) -> None:
        refunds.refund(basket, lines=wishes, note="", by=SYSTEM, form_key=key)

    give_lines("a", Wish(mug.id, pieces=1))
    give_lines("b", Wish(book.id, amount=book.gross))
    for wish in (Wish(mug.id, pieces=3), Wish(book.id, amount=Money(1, "EUR"))):
        with pytest.raises(NotRefundable):
            give_lines("c", wish)
    left = refunds.refundable(basket)
    last = refunds.refund(basket, amount=left, note="", by=SYSTEM, form_key="d")
    assert (left.minor, [gross for _p, gross, _t in parts_of(last)]) == (2000, [2000])
    invoice = Document.objects.get(kind=INVOICE, bill_id=basket.bill_id)
    notes = Document.objects.filter(kind=CREDIT_NOTE, preceding=invoice)
    assert sum(note.gross for note in notes) == invoice.gross
    assert sum(note.tax for note in notes) == invoice.tax


def test_what_the_bank_refused_can_be_given_back_again(bought: Bought) -> None:
    made = give_back(bought, 5000)
    Refund.objects.filter(pk=made.pk).update(state=Refund.DECLINED)
    assert lines_to_refund(bought.payment)[0].left.minor == 11900


@pytest.mark.parametrize("state", [Payment.DECLINED, Payment.PENDING, Payment.UNKNOWN])
def test_what_did_not_come_in_cannot_be_given_back(bought: Bought, state: str) -> None:
    bought.payment.state = state
    assert refunds.refundable(bought.payment) == Money(0, "EUR")
    assert left_to_refund([bought.payment]) == {bought.payment.pk: Money(0, "EUR")}


def test_what_is_left_is_the_same_for_one_and_for_many(bought: Bought) -> None:
    give_back(bought, 11000)
    assert left_to_refund([bought.payment])[bought.payment.pk] == Money(900, "EUR")


def test_the_first_word_on_a_refund_is_the_last(bought: Bought) -> None:
    made = give_back(bought, 5000)
    for status in (OutcomeStatus.SUCCEEDED, OutcomeStatus.DECLINED, OutcomeStatus.UNKNOWN):
        assert refunds.book_refund(made.pk, Outcome(status, "other")).state == Refund.SUCCEEDED
    made.refresh_from_db()
    assert (made.state, made.gateway_ref != "other") == (Refund.SUCCEEDED, True)
    assert Entry.objects.filter(kind=Entry.REFUND).count() == 1


def test_another_sum_than_was_asked_for_is_booked_by_nobody(bought: Bought) -> None:
    made = give_back(bought, 5000)
    Entry.objects.filter(kind=Entry.REFUND).delete()
    Refund.objects.filter(pk=made.pk).update(state=Refund.UNKNOWN, settled_at=None)
    other = Outcome(OutcomeStatus.SUCCEEDED, "re_other", amount=Money(4000, "EUR"))
    stopped = refunds.book_refund(made.pk, other)
    assert (stopped.state, stopped.gateway_ref) == (Refund.UNKNOWN, "re_other")
    assert not Entry.objects.filter(kind=Entry.REFUND).exists()
    found = Difference.objects.get(kind=Difference.REFUNDED)
    assert (found.ours, found.theirs) == (5000, 4000)
