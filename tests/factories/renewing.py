"""Many subscriptions, all due at once, and the gateway that will be asked."""

from __future__ import annotations

from datetime import timedelta

from tests.factories.buying import buy
from tests.factories.shops import make_price, make_product
from wainwright.accounts.models import Business
from wainwright.billing.models import Subscription
from wainwright.core import clock
from wainwright.core.ids import new_id
from wainwright.customers.models import Customer
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Connection


def due_subscriptions(business: Business, count: int, *, of: str = "Studio") -> list[Subscription]:
    """One bought as a buyer does, and copies of it and its buyer, who pay with the same card.

    The clock stands where they are due.
    """
    first = buy(make_price(make_product(business, of, tax="19"), "monthly")).subscription
    numbers = range(1, count)
    buyers = Customer.objects.bulk_create(
        _copy(first.customer, "cus", email_key=f"{number}@buyer.example") for number in numbers
    )
    Subscription.objects.bulk_create(_copy(first, "sub", customer_id=each.pk) for each in buyers)
    clock.set_offset(first.next_due_at - clock.wall() + timedelta(hours=1))
    return list(Subscription.objects.filter(order=first.order))


def _copy[Row: (Customer, Subscription)](row: Row, kind: str, **changed: object) -> Row:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
    return type(row)(**values | {"id": None, "public_id": new_id(kind)} | changed)


def gateway_of(business: Business) -> TestGateway:
    found = adapter_for(Connection.objects.select_related("business").get(business=business))
    assert isinstance(found, TestGateway)
    return found
