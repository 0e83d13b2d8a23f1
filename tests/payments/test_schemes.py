"""A method that was declined as often as its scheme allows is left in peace."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import cast
from tests.factories.buying import GOOD, MASTERCARD, Bought, buy
from tests.factories.shops import make_price, make_product
from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.core.tenancy import TEST, scope
from wainwright.payments import schemes
from wainwright.payments.models import Method, Payment

pytestmark = pytest.mark.django_db

AN_HOUR = timedelta(hours=1)
OVER_A_DAY, OVER_A_MONTH = timedelta(days=1, minutes=1), timedelta(days=30, minutes=1)


@pytest.fixture
def bought() -> Iterator[Bought]:
    everybody = cast.assemble()
    with scope(everybody.account.pk, TEST):
        yield buy(make_price(make_product(everybody.own), "monthly"))


def is_forbidden(bought: Bought, brand: str, declined: int, ago: timedelta) -> bool:
    Payment.objects.filter(state=Payment.DECLINED).delete()
    method: Method = bought.subscription.method
    method.brand = brand
    method.save(update_fields=["brand"])
    payment, rows = bought.payment, []
    for _try in range(declined):
        values = {field.attname: getattr(payment, field.attname) for field in payment._meta.fields}
        changed = {"id": None, "public_id": new_id("pay"), "bill_id": None}
        rows.append(Payment(**values | changed | {"method_id": method.pk, "state": "declined"}))
        rows[-1].settled_at = clock.now() - ago
    Payment.objects.bulk_create(rows)
    return schemes.forbid(method)


def test_each_scheme_counts_its_own_tries_in_its_own_time(bought: Bought) -> None:
    for brand, tries, ago in (
        ("visa", 15, OVER_A_DAY),
        ("Mastercard", 10, AN_HOUR),
        ("mastercard", 35, OVER_A_DAY),
        ("another", 10, AN_HOUR),
        ("another", 15, OVER_A_DAY),
    ):
        assert not is_forbidden(bought, brand, tries - 1, ago), brand
        assert is_forbidden(bought, brand, tries, ago), brand
        assert not is_forbidden(bought, brand, tries, OVER_A_MONTH), brand


def test_the_tries_of_a_card_count_however_often_it_was_saved(bought: Bought) -> None:
    price = bought.subscription.price
    again, other = (buy(price, card=card).subscription.method for card in (GOOD, MASTERCARD))
    assert is_forbidden(bought, "visa", 15, OVER_A_DAY)
    assert schemes.forbidden([other, again]) == {again.pk}
    assert schemes.forbidden([]) == set()


@pytest.mark.sqlite
def test_only_the_declined_payments_of_its_buyer_are_looked_through(bought: Bought) -> None:
    method = bought.subscription.method
    with CaptureQueriesContext(connection) as asked:
        schemes.forbid(method)
    [found] = [query["sql"] for query in asked if "payments_payment" in query["sql"]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {found}")
        assert "payment_declined (account_id=? AND customer_id=?" in str(cursor.fetchall())
