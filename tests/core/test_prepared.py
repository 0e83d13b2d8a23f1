"""Prepared questions keep the promises of the querysets they were made of."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.transaction import TransactionManagementError

from tests.cast import Cast, assemble
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.core import tenancy
from wainwright.core.prepared import Each, Slot, Slots, prepared
from wainwright.sales.models import Line, Order

pytestmark = pytest.mark.django_db


@prepared
def lines(orders: Slots, kind: Slot):
    return Line.objects.filter(order__in=orders, kind=kind).order_by("order_id")


@prepared
def lines_of_each(orders: Each):
    return Line.objects.filter(order__in=orders).order_by("order_id")


@prepared
def locked_orders():
    return Order.objects.select_for_update(of=("self",))


@pytest.fixture
def bought(db: None) -> Any:
    """The keys of two orders, within their scope."""
    people: Cast = assemble()
    with tenancy.scope(people.account.pk, tenancy.TEST):
        price = make_price(make_product(people.own, "Work"), "one_time")
        yield [buy(price).order.pk for _twice in range(2)]


def test_a_list_may_be_of_any_length(bought: list[int]) -> None:
    assert [line.order_id for line in lines(bought, "one_time")] == bought
    assert [line.order_id for line in lines(bought[:1], "one_time")] == bought[:1]
    assert lines([], "one_time") == []


def test_keys_asked_one_by_one_bring_the_same_rows(bought: list[int]) -> None:
    assert [line.order_id for line in lines_of_each(bought[::-1])] == bought
    assert lines_of_each.count(bought) == 2
    assert lines_of_each([]) == []


def test_nothing_is_another_question(bought: list[int]) -> None:
    with pytest.raises(ValueError, match="kind may not be None"):
        lines(bought, None)


def test_it_sees_the_rows_of_its_scope_alone(bought: list[int]) -> None:
    here = tenancy.current()
    assert len(lines(bought, "one_time")) == 2
    with tenancy.scope(here.account_id, tenancy.LIVE):
        assert lines(bought, "one_time") == []
    with tenancy.scope(here.account_id + 1, tenancy.TEST):
        assert lines(bought, "one_time") == []


@pytest.mark.parametrize(
    "word", ["plain", "O'Hara", "''", "50%", "%s", "100 %% sure", "what?", "\\"]
)
def test_a_fixed_word_is_asked_for_letter_by_letter(bought: list[int], word: str) -> None:
    Line.objects.filter(order=bought[0]).update(code=word)

    @prepared
    def called(order: Slot):
        return Line.objects.filter(order=order, code=word).values_list("order_id", "code")

    assert [called(order) for order in bought] == [[(bought[0], word)], []]
    assert called.count(bought[0]) == 1


def test_without_a_scope_it_fails(db: None) -> None:
    with pytest.raises(tenancy.NoScope):
        lines([1], "one_time")


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_alone(db: None) -> None:
    with tenancy.scope(1, tenancy.TEST), pytest.raises(TransactionManagementError):
        locked_orders()
