"""Many customers' subscriptions, all due at once, and the gateway that will be asked."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Model

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


def due_subscriptions(business: Business, count: int) -> list[Subscription]:
    """One bought as a buyer does, and its copies; the clock stands where they are due."""
    first = buy(make_price(make_product(business, tax="19"), "monthly")).subscription
    customers = Customer.objects.bulk_create(
        _copy(first.customer, public_id=new_id("cus"), email_key=f"{number}@buyer.example")
        for number in range(count - 1)
    )
    Subscription.objects.bulk_create(
        _copy(first, public_id=new_id("sub"), customer_id=customer.pk) for customer in customers
    )
    clock.set_offset(first.next_due_at - clock.wall() + timedelta(hours=1))
    return list(Subscription.objects.filter(order=first.order))


def _copy[Row: Model](row: Row, **changes: object) -> Row:
    values = {field.attname: getattr(row, field.attname) for field in row._meta.fields}
    return type(row)(**values | {"id": None} | changes)


def gateway_of(business: Business) -> TestGateway:
    found = adapter_for(Connection.objects.select_related("business").get(business=business))
    assert isinstance(found, TestGateway)
    return found
