"""The customer pays what is owed himself: on his bank's page, or with a card he types."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import arrears
from wainwright.billing.models import Subscription
from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.errors import Conflict
from wainwright.payments import attempts, janitor
from wainwright.payments.connections import connection_for
from wainwright.payments.errors import NoGateway
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Bill, Payment


def start_paying(
    subscription: Subscription, *, by: Actor, return_url: str, cancel_url: str, ip: str = ""
) -> str:
    """Where the customer pays the subscription's open bill: the address of the gateway's page.

    A payment that waits for him is the one he finishes there; else he types a card, which pays the
    bill's subscriptions from then on. Refused where nothing is owed or a payment is under way.
    """
    waiting = in_flight(subscription)
    if waiting is not None and waiting.state == Payment.ACTION:
        waiting = janitor.resolve(waiting)
        if waiting.state == Payment.ACTION:
            return waiting.start_url
    with transaction.atomic(durable=True):
        payment = attempts.begin(_prepared(Subscription.locked(subscription.pk)))
        audit.note(
            "payment.started_by_customer",
            subscription.public_id,
            by=by,
            business_id=subscription.business_id,
        )
    buyer = subscription.customer
    start = attempts.ask_buyer(
        payment,
        attempts.Visit(
            return_url=return_url,
            cancel_url=cancel_url,
            buyer=gateways.Buyer(buyer.email, buyer.name, buyer.country, ip),
            locale=buyer.language,
            statement=subscription.business.name[:22],
        ),
    )
    assert start.redirect is not None
    return start.redirect


def leave_page(subscription: Subscription, *, by: Actor) -> None:
    """Closes the page on which the customer began to pay with a card, to choose otherwise."""
    waiting = in_flight(subscription)
    if waiting is not None and waiting.method_id is None:
        attempts.close_page(waiting, by=by)


def finish_paying(subscription: Subscription) -> Payment | None:
    """The customer is back: the newest attempt for what he owes, as the gateway knows it now."""
    rows = Payment.objects.filter(
        customer_id=subscription.customer_id, purpose=Payment.RENEWAL, start_ref__gt=""
    )
    newest = rows.select_related("connection__business").order_by("-pk").first()
    return None if newest is None else janitor.resolve(newest)


def in_flight(subscription: Subscription) -> Payment | None:
    """The attempt under way for what it owes."""
    if subscription.open_bill_id is None:
        return None
    rows = Payment.objects.filter(bill=subscription.open_bill_id, state__in=Payment.IN_FLIGHT)
    found: Payment | None = rows.select_related("connection__business").first()
    return found


def _prepared(subscription: Subscription) -> Payment:
    bill = Bill.locked(subscription.open_bill_id) if subscription.open_bill_id else None
    if bill is None or bill.state != Bill.OPEN:
        raise Conflict(_("Nothing is owed any more. Nothing was charged."))
    connection = connection_for(bill.business_id, bill.currency)
    if connection is None:
        raise NoGateway(_("This shop cannot take payments just now. Nothing was changed."))
    agreed = arrears.due_of([bill]).get(bill.pk)
    return attempts.prepared(
        business_id=bill.business_id,
        purpose=Payment.RENEWAL,
        intent=gateways.Intent.PAY_AND_SAVE,
        amount=agreed.now if agreed else bill.total,
        part=agreed is not None and agreed.leaves_rest,
        bill=bill,
        connection=connection,
        customer_id=bill.customer_id,
        subject=subscription.public_id,
        raw={"consent": {"text": f"pays {subscription.name}", "at": clock.wall().isoformat()}},
    )
