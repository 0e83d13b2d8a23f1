"""From a filled-in checkout page to the gateway, and back.

A cart belongs to the token of the buyer's browser: a double click, a second tab, the back button
and a replayed form all find the same cart, and a cart becomes one order at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.billing.terms import Terms, terms
from wainwright.catalog.models import Price, Product
from wainwright.checkout.models import Cart
from wainwright.core import clock
from wainwright.core.actors import SYSTEM, VISITOR
from wainwright.core.errors import NotFound, Refused
from wainwright.core.ids import new_id
from wainwright.core.prepared import Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.customers.finding import Contact
from wainwright.payments import attempts, bills, booking, janitor
from wainwright.payments.connections import connection_for
from wainwright.payments.errors import NoGateway
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Bill, Connection, Payment
from wainwright.sales.models import Order
from wainwright.tax.rates import percent_for

ABANDONED_AFTER = timedelta(hours=24)
MOST_OF_ONE = 999


@dataclass(frozen=True, slots=True)
class Redirect:
    """The buyer goes on at the gateway's page."""

    url: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The order stands."""

    order: Order


@dataclass(frozen=True, slots=True)
class Waiting:
    """The bank has not decided yet; the order follows by itself."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class NotPaid:
    """The buyer came back without paying; `decline` is a code of the taxonomy, or empty."""

    cart: Cart
    decline: str


def terms_of(product: Product, price: Price, quantity: int = 1) -> Terms:
    """What `price` means if bought now."""
    return terms_of_all(product, [price], quantity)[0]


def terms_of_all(product: Product, prices: Sequence[Price], quantity: int = 1) -> list[Terms]:
    """What each of a product's prices means if bought now."""
    business = product.business
    percent = percent_for(product.pk, business.country, clock.today(business.zone))
    start = clock.now()
    return [
        terms(price, quantity=quantity, percent=percent, start=start, zone=business.zone)
        for price in prices
    ]


@prepared
def _cart(business: Slot, token: Slot) -> QuerySet[Cart]:
    rows = Cart.objects.filter(business=business, token=token)
    return rows.select_related("order", "price")


def cart_by_token(business: Business, token: str) -> Cart | None:
    """The browser's cart, placed or not, with its order."""
    return _cart.first(business.pk, token)


def pay(
    *,
    product: Product,
    price: Price,
    quantity: int,
    token: str,
    buyer: Contact,
    consent: dict[str, Any],
    language: str,
    ip: str = "",
) -> Redirect | Placed | Waiting:
    """Opens (or finds) the cart's bill and attempt, and says where the buyer goes next.

    `consent` keeps what the buyer saw and agreed to: {"text", "cadence", "at", "ip", ...}.
    """
    if not 1 <= quantity <= MOST_OF_ONE:
        raise Refused(_("Please choose a quantity from 1 to 999."), field="quantity")
    if price.product_id != product.pk or price.archived_at or product.archived_at:
        raise NotFound(_("This is no longer offered. Please choose again."))
    arrangement = terms_of(product, price, quantity)
    needs_gateway = bool(arrangement.today.gross) or arrangement.regular is not None
    connection = connection_for(product.business_id, product.currency) if needs_gateway else None
    if needs_gateway and connection is None:
        raise NoGateway(_("This shop cannot take payments yet. Nothing was charged."))
    cart = _open_cart(product, price, quantity, token, buyer, consent, language)
    came_back = _settle_earlier(cart)
    if came_back is not None:
        return came_back
    payment, replaces = _begin(cart, arrangement, connection)
    if connection is None:
        attempts.settle_free(payment, by=VISITOR)
        return _placed(cart)
    if payment.start_url:
        return Redirect(payment.start_url)
    return _to_gateway(cart, payment, replaces, product, ip)


def _open_cart(
    product: Product,
    price: Price,
    quantity: int,
    token: str,
    buyer: Contact,
    consent: dict[str, Any],
    language: str,
) -> Cart:
    """The token's cart with the newest choice; a placed cart is left as it is."""
    now = clock.now()
    chosen = {
        "product": product,
        "price": price,
        "quantity": quantity,
        "buyer": asdict(buyer),
        "consent": consent,
        "language": language,
        "touched_at": now,
    }
    with transaction.atomic():
        cart, _made = Cart.objects.select_for_update().get_or_create(
            business_id=product.business_id,
            token=token,
            defaults={"public_id": new_id("cart"), "opened_at": now, **chosen},
        )
        if cart.state != Cart.PLACED:
            for name, value in chosen.items():
                setattr(cart, name, value)
            cart.state = Cart.OPEN
            cart.save()
    return cart


def _settle_earlier(cart: Cart) -> Placed | Waiting | None:
    """What an earlier try of the same cart has become; None if the buyer may still pay."""
    if cart.order_id is not None:
        return _placed(cart)
    earlier = _in_flight(cart)
    if earlier is None or not earlier.start_ref:
        return None
    earlier = attempts.finish(earlier, {}, by=VISITOR)
    if earlier.state == Payment.SUCCEEDED:
        return _placed(cart)
    return Waiting(earlier) if earlier.state == Payment.PENDING else None


def _in_flight(cart: Cart) -> Payment | None:
    rows = Payment.objects.filter(bill_id=cart.bill_id, state__in=Payment.IN_FLIGHT)
    found: Payment | None = None
    if cart.bill_id is not None:
        found = rows.select_related("connection__business", "bill").first()
    return found


def _begin(
    cart: Cart, arrangement: Terms, connection: Connection | None
) -> tuple[Payment, str | None]:
    """The cart's open attempt, or a new one and the gateway's ref of the one it replaces."""
    with transaction.atomic(durable=True):
        cart = Cart.locked(cart.pk)
        if cart.order_id is not None:
            raise NotFound(_("This was bought already."))
        bill = Bill.locked(cart.bill_id) if cart.bill_id else None
        earlier = _in_flight(cart)
        if bill is not None and bill.state == Bill.OPEN and _same(bill, arrangement):
            if earlier is not None:
                return earlier, None
        elif bill is not None and bill.state == Bill.OPEN:
            bills.void_bill(bill, why="another choice was made", by=VISITOR)
            bill = None
        else:
            bill = None
        if earlier is not None:
            attempts.abandon(earlier, by=VISITOR)
        if bill is None:
            bill = bills.open_bill(
                bills.BillDraft(
                    business_id=cart.business_id,
                    kind=Bill.PURCHASE,
                    lines=arrangement.today.lines,
                    due_at=clock.now(),
                )
            )
            cart.bill = bill
            cart.save(update_fields=["bill"])
        payment = attempts.begin(
            attempts.prepared(
                business_id=cart.business_id,
                purpose=Payment.CHECKOUT,
                intent=_intent(arrangement),
                amount=arrangement.today.gross,
                bill=bill,
                connection=connection,
                subject=cart.public_id,
                raw={"consent": cart.consent},
            )
        )
    return payment, earlier.start_ref if earlier else None


def _same(bill: Bill, arrangement: Terms) -> bool:
    """The open bill is for exactly what is bought now."""
    billed = [(line.price_id, line.quantity, line.gross) for line in bill.lines.all()]
    wanted = [(line.price_id, line.quantity, line.gross.minor) for line in arrangement.today.lines]
    return billed == wanted and bill.currency == arrangement.today.currency


def _intent(arrangement: Terms) -> str:
    if not arrangement.today.gross:
        return gateways.Intent.SAVE_ONLY
    return gateways.Intent.PAY_AND_SAVE if arrangement.regular else gateways.Intent.PAY


def _to_gateway(
    cart: Cart, payment: Payment, replaces: str | None, product: Product, ip: str
) -> Redirect | Placed | Waiting:
    business = product.business
    visit = attempts.Visit(
        return_url=link_for(
            business, "checkout:return", slug=product.slug, payment_id=payment.public_id
        ),
        cancel_url=link_for(business, "checkout:product", slug=product.slug),
        buyer=gateways.Buyer(cart.buyer["email"], cart.buyer["name"], cart.buyer["country"], ip),
        locale=cart.language,
        statement=business.name[:22],
        replaces=replaces,
    )
    start = attempts.ask_buyer(payment, visit)
    if start.done is not None:
        return _earlier_was_paid(cart, payment, start)
    assert start.redirect is not None
    return Redirect(start.redirect)


def _earlier_was_paid(cart: Cart, payment: Payment, start: gateways.Start) -> Placed | Waiting:
    """The buyer paid the earlier choice in another tab: that one stands, the new one is dropped."""
    assert start.done is not None
    with transaction.atomic(durable=True):
        cart = Cart.locked(cart.pk)
        attempts.abandon(payment, by=SYSTEM)
        earlier = Payment.objects.get(connection=payment.connection, start_ref=start.ref)
        Payment.objects.filter(pk=earlier.pk, state=Payment.ABANDONED).update(
            state=Payment.ACTION, settled_at=None
        )
        if earlier.bill_id != payment.bill_id:
            assert payment.bill_id is not None
            assert earlier.bill_id is not None
            bills.void_bill(
                Bill.locked(payment.bill_id), why="the earlier choice was paid", by=SYSTEM
            )
            bills.reopen(Bill.locked(earlier.bill_id), by=SYSTEM)
            cart.bill_id = earlier.bill_id
            cart.save(update_fields=["bill"])
    booked = booking.book(earlier.pk, start.done)
    return _placed(cart) if booked.state == Payment.SUCCEEDED else Waiting(booked)


def _placed(cart: Cart) -> Placed:
    return Placed(Cart.objects.select_related("order").get(pk=cart.pk).order)


@prepared
def _returned_cart(public_id: Slot) -> QuerySet[Cart]:
    rows = Cart.objects.filter(public_id=public_id)
    return rows.select_related("order", "product", "price")


def returned(payment: Payment, query: dict[str, str]) -> Placed | Waiting | NotPaid | Redirect:
    """The buyer is back from the gateway's page. Safe to load as often as one likes."""
    payment = attempts.finish(payment, query, by=VISITOR)
    cart = _returned_cart.first(payment.subject)
    assert cart is not None
    if cart.order is not None:
        return Placed(cart.order)
    if payment.state in (Payment.PENDING, Payment.UNKNOWN):
        return Waiting(payment)
    return NotPaid(cart, payment.decline)


@prepared
def _untouched(since: Slot, *, limit: int) -> QuerySet[Cart]:
    rows = Cart.objects.filter(state=Cart.OPEN, touched_at__lt=since)
    return rows.order_by("touched_at")[:limit]


def abandon_old(limit: int = BATCH) -> int:
    """For the sweep: closes carts nobody touched for a day, after asking the gateway once more."""
    carts = _untouched(clock.now() - ABANDONED_AFTER, limit=limit)
    for cart in carts:
        earlier = _in_flight(cart)
        if earlier is not None:
            earlier = janitor.resolve(earlier)
        if earlier is None or earlier.state in (
            Payment.STARTED,
            Payment.ACTION,
            Payment.DECLINED,
            Payment.ABANDONED,
        ):
            _abandon(cart, earlier)
    return len(carts)


def _abandon(cart: Cart, payment: Payment | None) -> None:
    with transaction.atomic():
        cart = Cart.locked(cart.pk)
        if cart.state != Cart.OPEN:
            return
        if payment is not None:
            attempts.abandon(payment, by=SYSTEM)
        if cart.bill_id is not None:
            bills.void_bill(Bill.locked(cart.bill_id), why="the checkout was abandoned", by=SYSTEM)
        cart.state = Cart.ABANDONED
        cart.save(update_fields=["state"])
