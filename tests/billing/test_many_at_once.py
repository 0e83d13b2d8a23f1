"""Many customers renewed at once: read and written together, and no one in another's way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.clocks import advance
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.billing import renewals
from wainwright.billing.models import Subscription
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.models import Delivery
from wainwright.core.tenancy import TEST, scope
from wainwright.invoicing.models import INVOICE, Document
from wainwright.letters.models import Letter
from wainwright.payments import charging, janitor
from wainwright.payments.models import Bill
from wainwright.reports import invariants

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def shop() -> Iterator[cast.Cast]:
    people = cast.assemble()
    with scope(people.account.pk, TEST):
        yield people


@pytest.fixture
def price(shop: cast.Cast) -> Price:
    return make_price(make_product(shop.own), "daily")


def subscribers(price: Price, *names: str) -> list[Subscription]:
    return [buy(price, f"{name}@buyer.example").subscription for name in names]


def made(*subscriptions: Subscription) -> list[int]:
    for each in subscriptions:
        each.refresh_from_db()
    return [each.payments_made for each in subscriptions]


def selects(act: object) -> int:
    with CaptureQueriesContext(connection) as heard:
        act()  # type: ignore[operator]
    return sum(query["sql"].lstrip("( ").startswith("SELECT") for query in heard)


def test_many_are_renewed_with_all_that_one_brings(shop: cast.Cast, price: Price) -> None:
    several = subscribers(price, "ada", "bob", "cem", "dee")
    advance(shop.account.pk, 1)
    assert made(*several) == [2, 2, 2, 2]
    invoices = Document.objects.filter(kind=INVOICE, bill__kind=Bill.RENEWAL)
    numbers = sorted(invoices.values_list("number", flat=True))
    assert numbers == list(range(5, 9))
    assert Letter.objects.filter(kind="renewal_receipt").count() == 4
    assert not Delivery.objects.filter(state=Delivery.WAITING).exists()
    assert not [found.broken for found in invariants.evaluate() if found.broken]


@pytest.mark.postgres  # SQLite is asked for one key after the other
def test_what_is_read_does_not_grow_with_them_but_for_one_look_each(
    shop: cast.Cast, price: Price
) -> None:
    subscribers(price, "ada", "bob")
    fall_due()
    few = selects(renewals.renew_due)
    subscribers(price, "cem", "dee", "eve")
    fall_due()
    assert selects(renewals.renew_due) <= few + 3


def test_one_that_cannot_be_billed_is_left_out_alone(shop: cast.Cast, price: Price) -> None:
    first, broken, last = subscribers(price, "ada", "bob", "cem")
    Subscription.objects.filter(pk=broken.pk).update(zone="Nowhere/At_All")
    fall_due()
    renewals.renew_due()
    assert made(first, broken, last) == [2, 1, 2]


def test_one_that_cannot_be_booked_is_left_to_the_janitor_alone(
    shop: cast.Cast, price: Price
) -> None:
    several = subscribers(price, "ada", "bob", "cem")
    fall_due()
    begun = renewals.begin([each.customer_id for each in several])
    wrong = Bill.objects.filter(pk=begun[1].payment.bill_id)
    wrong.update(order_id=None)
    charging.charge_all(begun)
    assert made(*several) == [2, 1, 2]
    wrong.update(order_id=several[1].order_id)
    clock.set_offset(clock.offset() + timedelta(minutes=3))
    janitor.resolve_waiting()
    assert made(*several) == [2, 2, 2]


def fall_due() -> None:
    clock.set_offset(clock.offset() + timedelta(days=1, minutes=1))
