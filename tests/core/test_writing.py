"""Records written by the short way are what Django would have written."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F

from tests.cast import Cast, assemble
from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.core import clock, writing
from wainwright.core.ids import new_id
from wainwright.core.tenancy import LIVE, TEST, NoScope, scope
from wainwright.customers.models import Customer
from wainwright.sales.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Any:
    people: Cast = assemble()
    with scope(people.account.pk, TEST):
        yield people


def customer(shop: Cast, **fields: Any) -> Customer:
    values = {"email": "ada@buyer.example", "email_key": "ada@buyer.example", **fields}
    return Customer(public_id=new_id("cus"), business=shop.own, created_at=clock.now(), **values)


def whole(record: Any) -> dict[str, Any]:
    return {field.attname: getattr(record, field.attname) for field in record._meta.fields}


def test_every_kind_of_value_comes_back_as_it_went(shop: Cast) -> None:
    made = customer(shop, name="Ada 👩‍💻 \u200fع", gateway_refs={"1": "ü", "2": None})
    assert writing.insert(made)
    assert whole(Customer.objects.get(pk=made.pk)) == whole(made)
    order = buy(make_price(make_product(shop.own, "Work"), "monthly")).order
    assert whole(Order.objects.get(pk=order.pk)) == whole(order)


def test_only_the_named_fields_are_written(shop: Cast) -> None:
    made = customer(shop)
    made.save()
    made.name, made.city = "Ada", "Berlin"
    made.save(update_fields=["name"])
    found = Customer.objects.get(pk=made.pk)
    assert (found.name, found.city) == ("Ada", "")


def test_what_was_never_read_is_not_written_over(shop: Cast) -> None:
    made = customer(shop, name="Ada", city="Berlin")
    made.save()
    some = Customer.objects.only("email", "account_id", "mode").get(pk=made.pk)
    some.email = "eve@buyer.example"
    some.kept_beside = [None] * 20
    assert not writing.update(some, None)
    some.save()
    found = Customer.objects.get(pk=made.pk)
    assert (found.email, found.name, found.city) == ("eve@buyer.example", "Ada", "Berlin")


def test_expressions_are_left_to_django(shop: Cast) -> None:
    order = buy(make_price(make_product(shop.own, "Work"), "one_time")).order
    order.order_ref = None
    order.currency = F("currency")
    assert not writing.update(order, ["currency"])
    order.save(update_fields=["currency"])
    assert Order.objects.get(pk=order.pk).currency != ""


def test_a_row_that_is_gone_is_said_to_be(shop: Cast) -> None:
    made = customer(shop)
    made.save()
    Customer.objects.filter(pk=made.pk).delete()
    with pytest.raises(DatabaseError, match="did not affect any rows"):
        made.save(update_fields=["name"])


def test_a_broken_rule_breaks_the_transaction_as_ever(shop: Cast) -> None:
    customer(shop).save()
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            customer(shop).save()
        assert Customer.objects.count() == 1


def test_many_are_written_like_one_each(shop: Cast) -> None:
    names = ["Ada", "Eve ü", ""]
    made = [
        customer(shop, email=f"{number}@buyer.example", email_key=f"{number}@buyer.example")
        for number in range(3)
    ]
    Customer.objects.bulk_create(made)
    assert [whole(each) for each in Customer.objects.order_by("pk")] == [whole(m) for m in made]
    for each, name in zip(made, names, strict=True):
        each.name, each.city, each.gateway_refs = name, "Berlin", {"1": name, "2": None}
    Customer.objects.bulk_update(made, ["name", "gateway_refs"])
    found = list(Customer.objects.order_by("pk"))
    assert [each.name for each in found] == names
    assert [each.gateway_refs for each in found] == [each.gateway_refs for each in made]
    assert {each.city for each in found} == {""}


def test_of_many_all_are_written_or_none(shop: Cast) -> None:
    twice = [customer(shop), customer(shop, email_key="eve@buyer.example"), customer(shop)]
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.bulk_create(twice)
    assert not Customer.objects.exists()


@pytest.mark.postgres
def test_what_is_too_long_is_refused_among_many_as_well(shop: Cast) -> None:
    made = [customer(shop), customer(shop, email_key="eve@buyer.example")]
    Customer.objects.bulk_create(made)
    made[1].country = "Germany"
    with pytest.raises(DatabaseError), transaction.atomic():
        Customer.objects.bulk_update(made, ["country"])


def test_many_rows_of_another_mode_are_refused(shop: Cast) -> None:
    made = [customer(shop)]
    with scope(shop.account.pk, LIVE), pytest.raises(NoScope):
        Customer.objects.bulk_create(made)
