"""A paid cart becomes an order, in the transaction that books its payment."""

from __future__ import annotations

from django.db.models import QuerySet

from wainwright.accounts.models import Business
from wainwright.checkout.events import OrderPlaced
from wainwright.checkout.models import Cart
from wainwright.core import audit, clock, events
from wainwright.core.actors import customer as customer_actor
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.prepared import Slot, prepared
from wainwright.customers.finding import Contact, find_or_create
from wainwright.customers.models import Customer
from wainwright.payments import methods
from wainwright.payments.events import PaymentSucceeded
from wainwright.payments.models import Bill, Payment
from wainwright.payments.queries import lines_of, payment_of
from wainwright.sales import snapshots
from wainwright.sales.ledger import remember_order
from wainwright.sales.models import Line, Order


def place_order(event: PaymentSucceeded, row: EventRow) -> None:
    """The cart whose attempt was paid becomes one order; a second call finds it placed.

    The bill says what was bought: the cart may show a later choice that was not paid.
    """
    payment = payment_of(event, row)
    if payment.purpose != Payment.CHECKOUT:
        return
    cart = _locked_cart.first(payment.subject)
    if cart is None:
        raise Cart.DoesNotExist(f"there is no cart {payment.subject}")
    if cart.order_id is not None:
        return
    assert payment.bill is not None
    business = payment.bill.business
    told = Contact(**cart.buyer)
    customer = find_or_create(business.pk, told, language=cart.language, zone=business.zone)
    bill = payment.bill
    order = _order(cart, bill, business, customer, told)
    _hand_over(payment, bill, customer)
    cart.order, cart.bill, cart.state = order, bill, Cart.PLACED
    cart.save(update_fields=["order", "bill", "state"])
    audit.note(
        "order.placed",
        order.public_id,
        by=customer_actor(customer.pk, customer.email),
        business_id=business.pk,
    )
    events.announce(OrderPlaced(business_id=business.pk, order_id=order.pk, payment_id=payment.pk))


@prepared
def _locked_cart(public_id: Slot) -> QuerySet[Cart]:
    return Cart.objects.filter(public_id=public_id).select_for_update(of=("self",))


def _order(cart: Cart, bill: Bill, business: Business, customer: Customer, told: Contact) -> Order:
    order: Order = Order.objects.create(
        public_id=new_id("ord"),
        business=business,
        customer=customer,
        bill=bill,
        placed_at=clock.now(),
        currency=bill.currency,
        net=bill.net,
        tax=bill.tax,
        gross=bill.gross,
        seller=snapshots.seller(business),
        buyer=snapshots.buyer(told),
        consent=cart.consent,
    )
    remember_order(bill, order)
    for line in lines_of(bill):
        Line.objects.create(
            business=business,
            order=order,
            position=line.position,
            product_id=line.product_id,
            price_id=line.price_id,
            name=line.description,
            kind=line.price.kind,
            quantity=line.quantity,
            currency=bill.currency,
            net=line.net,
            tax=line.tax,
            gross=line.gross,
            tax_percent=line.tax_percent,
        )
    return order


def _hand_over(payment: Payment, bill: Bill, customer: Customer) -> None:
    """Bill, payment and saved method now belong to the customer."""
    method = methods.save_from(payment, customer)
    bill.customer = payment.customer = customer
    bill.save(update_fields=["customer"])
    payment.method = method or payment.method
    payment.save(update_fields=["customer", "method"])
