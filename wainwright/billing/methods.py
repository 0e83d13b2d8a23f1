"""Which saved method pays a subscription, and giving another one."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import MethodReplaced
from wainwright.billing.models import Period, Subscription
from wainwright.billing.owing import owe_alone
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM, Actor, customer
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.payments import attempts
from wainwright.payments import methods as saved
from wainwright.payments.connections import connection_for
from wainwright.payments.errors import NoGateway
from wainwright.payments.events import MethodSaved, PartPaid, PaymentSucceeded
from wainwright.payments.gateways import base as gateways
from wainwright.payments.models import Method, Payment
from wainwright.payments.queries import payment_of


def choose_newest(subscriptions: Iterable[Subscription]) -> list[Subscription]:
    """A card that was saved with each purchase is charged once: all that one card of a customer
    pays is paid by what was saved of it last, if that still works.

    Returns those that are paid by another method now. Not saved. Call with the methods loaded.
    """
    paid = [(each, each.method) for each in subscriptions if each.method is not None]
    newest: dict[tuple[object, ...], Method] = {}
    for each, method in sorted(paid, key=lambda pair: _works_and_is_new(pair[1])):
        newest[each.customer_id, *method.card] = method
    changed = []
    for each, method in paid:
        pays = newest[each.customer_id, *method.card]
        if pays != method:
            each.method = pays
            changed.append(each)
    return changed


def _works_and_is_new(method: Method) -> tuple[bool, int]:
    return (method.gone_at is None, method.pk)


def start_replacing(
    subscription: Subscription, *, by: Actor, return_url: str, cancel_url: str, ip: str = ""
) -> str:
    """Opens the gateway's page for a new card; returns its address.

    `return_url` holds "{payment}" where the attempt's public id goes.
    """
    if not subscription.can_change_method:
        raise MoveRefused(_("It has ended: nothing will be charged, so no card is needed."))
    connection = connection_for(subscription.business_id, subscription.currency)
    if connection is None:
        raise NoGateway(_("This shop cannot take payments just now. Nothing was changed."))
    buyer = subscription.customer
    with transaction.atomic(durable=True):
        payment = attempts.begin(
            attempts.prepared(
                business_id=subscription.business_id,
                purpose=Payment.METHOD,
                intent=gateways.Intent.SAVE_ONLY,
                amount=Money.zero(subscription.currency),
                connection=connection,
                customer_id=subscription.customer_id,
                subject=subscription.public_id,
                raw={
                    "consent": {"text": f"pays {subscription.name}", "at": clock.wall().isoformat()}
                },
            )
        )
        audit.note(
            "method.change_started",
            subscription.public_id,
            by=by,
            business_id=subscription.business_id,
        )
    start = attempts.ask_buyer(
        payment,
        attempts.Visit(
            return_url=return_url.replace("{payment}", payment.public_id),
            cancel_url=cancel_url,
            buyer=gateways.Buyer(buyer.email, buyer.name, buyer.country, ip),
            locale=buyer.language,
            statement=subscription.business.name[:22],
        ),
    )
    assert start.redirect is not None
    return start.redirect


def finish_replacing(payment: Payment, query: dict[str, str]) -> Payment:
    """The customer is back from the gateway's page; safe to repeat."""
    assert payment.customer is not None
    by = customer(payment.customer.pk, payment.customer.email)
    return attempts.finish(payment, query, by=by)


def use_paid_with(event: PaymentSucceeded | PartPaid, row: EventRow) -> None:
    """The card that a customer typed to pay what he owed pays those subscriptions from now on."""
    payment = payment_of(event, row)
    if payment.purpose != Payment.RENEWAL or payment.intent != gateways.Intent.PAY_AND_SAVE:
        return
    assert payment.customer is not None
    method = saved.save_from(payment, payment.customer)
    if method is None or payment.method_id == method.pk:
        return
    payment.method = method
    payment.save(update_fields=["method"])
    paid = Period.objects.filter(bill=payment.bill_id).values("subscription")
    for pk in Subscription.objects.filter(pk__in=paid).order_by("pk").values_list("pk", flat=True):
        subscription = Subscription.locked(pk)
        if not subscription.ended:
            _replace(subscription, method.pk)


def use_saved(event: MethodSaved, row: EventRow) -> None:
    """The method saved for a subscription pays it from now on; debt is tried with it at once."""
    subscription = Subscription.objects.filter(public_id=event.subject).first()
    if subscription is None:
        return
    subscription = Subscription.locked(subscription.pk)
    if subscription.method_id == event.method_id or subscription.ended:
        return
    owe_alone(subscription, why="another method pays a part of it", by=SYSTEM)
    if subscription.state == states.PAST_DUE:
        subscription.next_due_at = clock.now()
    _replace(subscription, event.method_id)


def _replace(subscription: Subscription, method_id: int) -> None:
    subscription.method_id = method_id
    subscription.version += 1
    subscription.save()
    audit.note(
        "subscription.method_replaced",
        subscription.public_id,
        by=customer(subscription.customer_id, subscription.customer.email),
        business_id=subscription.business_id,
    )
    events.announce(
        MethodReplaced(
            business_id=subscription.business_id,
            subscription_id=subscription.pk,
            method_id=method_id,
        )
    )
