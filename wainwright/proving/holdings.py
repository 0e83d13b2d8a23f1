"""What a buyer needs to have so that every route can be asked about something of his.

What he has already is taken; what he lacks is bought, cancelled, paused, declared and asked for as
he would do it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Set

from django.db import transaction

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.billing import cancellation, holds, pausing
from wainwright.billing.aligning import can_align
from wainwright.billing.methods import start_replacing
from wainwright.billing.models import Hold, Subscription
from wainwright.billing.rulebook import change_rules
from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.core.actors import SYSTEM
from wainwright.core.tenancy import TEST, scope
from wainwright.customers.finding import email_key
from wainwright.demo import till
from wainwright.demo.people import Person
from wainwright.hub import codes, entry, sessions, statements
from wainwright.hub.allowances import may_resume, may_return
from wainwright.hub.minting import mint
from wainwright.hub.models import Statement
from wainwright.invoicing.files import pdf_of
from wainwright.invoicing.models import INVOICE, Document
from wainwright.payments import differences
from wainwright.payments.models import Difference, Payment
from wainwright.payments.refunds import refundable
from wainwright.proving.callers import Estate, Holding


def holding_of(estate: Estate, who: Person, *, name: str, words: Set[str]) -> Holding:
    """All of it for one buyer. In the scope of test mode."""
    price = estate.price
    _let_buyers_act()
    has = _subscriptions(estate.business, who)
    able = (one for one in has if one.can_pause and can_align(one))
    running = next(able, None) or _buy(price, who)
    ending = next((one for one in has if one.can_undo_cancel), None) or _cancelled(price, who)
    paused = next((one for one in has if may_resume(one)), None) or _paused(price, who)
    ended = next((one for one in has if may_return(one)), None) or _ended(price, who)
    payment = _first_payment(running)
    invoice = Document.objects.get(kind=INVOICE, bill_id=payment.bill_id)
    cancel, withdraw = (_declared(estate.business, kind, who) for kind, _n in Statement.KINDS)
    ids = {
        "customer_id": running.customer.public_id,
        "order_id": running.order.public_id,
        "payment_id": payment.public_id,
        "subscription_id": running.public_id,
        "plan": running.price.public_id,
        "ending": ending.public_id,
        "paused": paused.public_id,
        "ended": ended.public_id,
        "document_id": invoice.public_id,
        "payment": _replacement(running).public_id,
        "difference_id": _odd_charge(payment, who).public_id,
        "hold_id": _held(running).public_id,
        "statement_id": cancel.public_id,
        "cancel": cancel.public_id,
        "withdraw": withdraw.public_id,
        "ref": _unpaid(price, who).start_ref,
        **_way_in(estate.business, who.contact.email),
    }
    cookie = sessions.start(running.customer, agent="")
    return Holding(name, words, cookie, estate.ids | ids)


def _odd_charge(payment: Payment, who: Person) -> Difference:
    """The gateway's books tell of another sum than was asked for."""
    assert payment.connection is not None
    kind, ref, theirs = Difference.OTHER_SUM, f"charge of {who.contact.email}", payment.money
    differences.note(
        payment.connection, kind, ref, payment=payment, ours=payment.money, theirs=theirs + theirs
    )
    found: Difference = Difference.objects.get(connection=payment.connection, ref=ref)
    return found


def _held(subscription: Subscription) -> Hold:
    """The seller is asked about periods of it, as after an outage."""
    with transaction.atomic():
        holds.ask_about_missed(Subscription.locked(subscription.pk))
    found: Hold = Hold.objects.get(subscription=subscription, decided_at=None)
    return found


def _subscriptions(business: Business, who: Person) -> list[Subscription]:
    """Those that renew until they are cancelled, and began with a payment of which some is left."""
    begun = Subscription.objects.filter(
        business=business,
        customer__email_key=email_key(who.contact.email),
        kind=Price.SUBSCRIPTION,
        order__bill__payments__state=Payment.SUCCEEDED,
    )
    rows = begun.select_related("customer", "order", "method").order_by("pk")
    return [one for one in rows if refundable(_first_payment(one))]


def _first_payment(subscription: Subscription) -> Payment:
    found: Payment = Payment.objects.get(
        bill_id=subscription.order.bill_id, state=Payment.SUCCEEDED
    )
    return found


def _buy(price: Price, who: Person) -> Subscription:
    step = till.check_out(price, who)
    assert isinstance(step, paying.Redirect)
    payment = till.payment_at(step.url)
    till.type_card(payment, "visa")
    placed = paying.returned(payment, {})
    assert isinstance(placed, paying.Placed)
    rows = Subscription.objects.select_related("customer", "order", "business")
    found: Subscription = rows.get(order=placed.order)
    return found


def _cancelled(price: Price, who: Person) -> Subscription:
    found = _buy(price, who)
    cancellation.cancel_at_period_end(found, by=SYSTEM, source="hub")
    return found


def _paused(price: Price, who: Person) -> Subscription:
    found = _buy(price, who)
    pausing.pause(found, by=SYSTEM, source="hub")
    return found


def _ended(price: Price, who: Person) -> Subscription:
    found = _buy(price, who)
    return cancellation.cancel_now(found, by=SYSTEM, source="hub")


def _let_buyers_act() -> None:
    """Pages that only the seller's word opens are asked as well."""
    change_rules(
        None, by=SYSTEM, pause_periods=3, change_price=True, change_quantity=True, change_day=True
    )


def _declared(business: Business, kind: str, who: Person) -> Statement:
    return statements.receive(
        business=business,
        kind=kind,
        name=who.contact.name,
        email=who.contact.email,
        contract=f"All that {who.contact.name} has",
        language=who.language,
        form_key=secrets.token_urlsafe(16),
    )


def _replacement(subscription: Subscription) -> Payment:
    """Another card was asked for and not given yet."""
    home = link_for(subscription.business, "hub:home")
    address = start_replacing(subscription, by=SYSTEM, return_url=home, cancel_url=home)
    return till.payment_at(address)


def _unpaid(price: Price, who: Person) -> Payment:
    """He stands before the gateway's page."""
    step = till.check_out(price, who)
    assert isinstance(step, paying.Redirect)
    return till.payment_at(step.url)


def _way_in(business: Business, email: str) -> dict[str, str]:
    """The letter's request, and a link as it stands in one, asked for in nobody's browser."""
    asked = entry.ask(business=business, email=email, browser_token="", ip="", language="en")
    token = secrets.token_urlsafe(32)
    mint.func(business.account_id, asked.pk)
    type(asked).objects.filter(pk=asked.pk).update(token_hash=codes.digest(token))
    return {"asked": asked.public_id, "token": token}


def draw_documents(estates: Iterable[Estate]) -> None:
    """Each is drawn when first asked for; here that is done, so that reading changes nothing."""
    for estate in estates:
        with scope(estate.business.account_id, TEST):
            for document in Document.objects.filter(business=estate.business, pdf_sha256=""):
                pdf_of(document)
