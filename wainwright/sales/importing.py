"""Bringing in past orders: no letters, no numbers, no documents, no events.

Every row is checked before the first is written. Then batches are written and committed one by one,
so nobody who sells meanwhile has to wait; a run that was killed is simply run again, for an order
is known by its `order_ref`, within its business and mode.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import batched

from django.db import IntegrityError, transaction

from wainwright.accounts.models import Business
from wainwright.core import audit
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.money import exponent
from wainwright.customers.finding import Contact, email_key
from wainwright.customers.models import Customer
from wainwright.sales import snapshots
from wainwright.sales.models import Entry, Line, Order
from wainwright.sales.orders_file import BadRow, OrdersFile, PastOrder

BATCH = 1000


@dataclass(slots=True)
class Checked:
    """What the first look at a file found."""

    rows: int = 0
    bad: int = 0
    currencies: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Imported:
    """What was written, with its sum in minor units by currency, and how many rows were not."""

    orders: int = 0
    skipped: int = 0
    sums: dict[str, int] = field(default_factory=dict)

    def add(self, orders: Iterable[PastOrder]) -> None:
        for order in orders:
            self.orders += 1
            self.sums[order.total.currency] += order.total.minor

    def __str__(self) -> str:
        """Such as "2 orders imported, 30.00 EUR, 1 skipped"."""
        sums = [
            f"{Decimal(minor).scaleb(-exponent(currency)):f} {currency}"
            for currency, minor in sorted(self.sums.items())
        ]
        return ", ".join([f"{self.orders} orders imported", *sums, f"{self.skipped} skipped"])


def check(
    file: OrdersFile,
    *,
    on_bad: Callable[[BadRow], None],
    on_row: Callable[[int], None] = lambda done: None,
) -> Checked:
    """Reads the whole file and writes nothing; `on_bad` hears of each bad row."""
    checked = Checked()
    for row in file.rows():
        checked.rows += 1
        if isinstance(row, BadRow):
            checked.bad += 1
            on_bad(row)
        elif isinstance(row, PastOrder):
            checked.currencies.add(row.total.currency)
        on_row(checked.rows)
    return checked


def import_orders(
    file: OrdersFile,
    business: Business,
    *,
    currencies: Iterable[str],
    by: Actor,
    dry_run: bool = False,
    on_row: Callable[[int], None] = lambda done: None,
) -> Imported:
    """Writes into the scope's mode what is good and new; bad rows and known orders are skipped."""
    done = Imported(sums=dict.fromkeys(currencies, 0))
    rows = 0
    for batch in batched(file.rows(), BATCH):
        orders = [row for row in batch if isinstance(row, PastOrder)]
        new = _unknown(business, orders) if dry_run else _write(business, orders, by)
        done.add(new)
        rows += len(batch)
        done.skipped += len(batch) - len(new)
        on_row(rows)
    return done


def _unknown(business: Business, orders: list[PastOrder]) -> list[PastOrder]:
    refs = [order.order_ref for order in orders]
    known = set(
        Order.objects.filter(business=business, order_ref__in=refs).values_list(
            "order_ref", flat=True
        )
    )
    return [order for order in orders if order.order_ref not in known]


def _write(business: Business, orders: list[PastOrder], by: Actor) -> list[PastOrder]:
    try:
        return _write_once(business, orders, by)
    except IntegrityError:  # a checkout or another import made one of them meanwhile: look again
        return _write_once(business, orders, by)


@transaction.atomic
def _write_once(business: Business, orders: list[PastOrder], by: Actor) -> list[PastOrder]:
    new = _unknown(business, orders)
    if not new:
        return new
    customers = _customers(business, new)
    rows = Order.objects.bulk_create(
        _order(business, customers[email_key(order.email)], order) for order in new
    )
    Line.objects.bulk_create(_line(row, order) for row, order in zip(rows, new, strict=True))
    Entry.objects.bulk_create(_entry(row, order) for row, order in zip(rows, new, strict=True))
    audit.note(
        "orders.imported", business.public_id, by=by, business_id=business.pk, orders=len(new)
    )
    return new


def _customers(business: Business, orders: list[PastOrder]) -> dict[str, int]:
    """The buyers' internal ids by their addresses; who was not there is made."""
    first: dict[str, PastOrder] = {}
    for order in orders:
        key = email_key(order.email)
        if key not in first or (order.name and not first[key].name):
            first[key] = order
    known = Customer.objects.filter(business=business, email_key__in=first)
    ids: dict[str, int] = dict(known.values_list("email_key", "pk"))
    made = Customer.objects.bulk_create(
        Customer(
            public_id=new_id("cus"),
            business_id=business.pk,
            email=order.email,
            email_key=key,
            name=order.name,
            language=business.language,
            zone=business.zone,
            created_at=order.placed_at,
        )
        for key, order in first.items()
        if key not in ids
    )
    return ids | {customer.email_key: customer.pk for customer in made}


def _order(business: Business, customer_id: int, order: PastOrder) -> Order:
    return Order(
        public_id=new_id("ord"),
        business_id=business.pk,
        customer_id=customer_id,
        source=Order.IMPORT,
        order_ref=order.order_ref,
        placed_at=order.placed_at,
        currency=order.total.currency,
        net=order.total.minor,
        tax=0,
        gross=order.total.minor,
        buyer=snapshots.buyer(Contact(order.email, order.name)),
    )


def _line(row: Order, order: PastOrder) -> Line:
    return Line(
        business_id=row.business_id,
        order_id=row.pk,
        name=order.item,
        code=order.product_code,
        quantity=order.quantity,
        currency=row.currency,
        net=row.net,
        tax=0,
        gross=row.gross,
    )


def _entry(row: Order, order: PastOrder) -> Entry:
    return Entry(
        public_id=new_id("ent"),
        business_id=row.business_id,
        kind=Entry.CHARGE,
        order_id=row.pk,
        customer_id=row.customer_id,
        item=order.item,
        currency=row.currency,
        net=row.net,
        tax=0,
        gross=row.gross,
        at=row.placed_at,
        imported=True,
    )
