"""What buyers do, by the same functions as the pages; and what the reference is told about it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from django.db.models import QuerySet

from wainwright.billing import cancellation, methods, pausing, reactivating, states, switching
from wainwright.billing import paying as subscription_paying
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Subscription
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.checkout import paying
from wainwright.core import clock
from wainwright.core.actors import Actor, customer
from wainwright.core.errors import Refused
from wainwright.core.prepared import prepared
from wainwright.customers.finding import Contact
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import GatewayError
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Payment
from wainwright.simulation import reference
from wainwright.simulation.process import Crash
from wainwright.simulation.reference import Card, Course, Deal
from wainwright.simulation.shop import NEVER_PAYING, PAYING_LATER, Shop

BUYERS = 6
AT_LEAST, AT_MOST = 7, 14  # subscriptions that are charged, and all that have not ended
MOST = 3  # of one thing
HOME = "http://shop.example/"

type Done = str  # how an act ended, for the log


@dataclass
class Visit:
    """A card was typed on the gateway's page: whatever happens, that counts by the day's end."""

    payment_id: int
    does: str
    deal: Deal | None
    subscription_id: int | None = None


@dataclass
class Buyers:
    shop: Shop
    lot: random.Random
    courses: dict[int, Course] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    asked: list[Subscription] = field(default_factory=list)  # who answered the bank today

    def act(self) -> tuple[str, Callable[[], Done]]:
        """One of all that somebody may do now, drawn by lot, with its name."""
        all_of_them = [one for one in _subscriptions() if one.pk in self.courses]
        running = [one for one in all_of_them if not one.ended]
        charged = sum(one.state in states.BILLABLE for one in running)
        wanted = charged < AT_LEAST or self.lot.random() < 0.2
        if len(running) < AT_MOST and wanted:
            price, deal = self.lot.choice(self.shop.offers)
            return f"buy {price.product.name}", partial(self._buy, price, deal)
        late = [one for one in running if one.state == states.PAST_DUE]
        drawn = running if self.lot.random() < 0.85 else all_of_them
        one = self.lot.choice(late if late and self.lot.random() < 0.4 else drawn)
        names = {
            "replace card": 6 if one.state == "past_due" else 2,
            "confirm": 4 if one.state == "past_due" else 0,
            "cancel": 1.5,
            "cancel now": 0.3,
            "undo": 6 if one.ending else 0.2,
            "pause": 2,
            "pause for periods": 1.5,
            "resume": 8 if one.state == "paused" else 0.2,
            "reactivate": 8 if one.ended else 0.2,
            "more now": 2 if one.quantity < MOST else 0,
            "other quantity later": 1.5,
        }
        name = self.lot.choices(list(names), list(names.values()))[0]
        return f"{name} of {one.pk}", partial(self._change, name, one)

    def _buy(self, price: Price, deal: Deal | None) -> Done:
        number = self.lot.randrange(BUYERS)
        step = paying.pay(
            product=price.product,
            price=price,
            quantity=1,
            token=f"{self.lot.getrandbits(128):032x}",
            buyer=Contact(email=f"buyer{number}@post.example", name=f"Buyer {number}"),
            consent={"text": "as shown", "cadence": price.interval},
            language="en",
        )
        assert isinstance(step, paying.Redirect)
        payment = _payment_at(step.url)
        if self.lot.random() < 0.1:
            return "went away"
        if self.lot.random() < 0.1:
            _type(_page_of(payment), payment, self.lot.choice(NEVER_PAYING))
            return "declined"
        card = self.lot.choices(list(PAYING_LATER), (6, 3, 3, 2, 3, 2, 3))[0]
        page = _page_of(payment)
        self.visits.append(Visit(payment.pk, PAYING_LATER[card], deal))
        _type(page, payment, card)
        return f"{card}: {type(paying.returned(payment, {})).__name__}"

    def _change(self, name: str, one: Subscription) -> Done:
        by = customer(one.customer_id, one.customer.email)
        if name == "replace card":
            return self._replace_card(one, by)
        if name == "confirm":
            return self._confirm(one, by)
        periods, quantity = self.lot.randint(1, 3), self.lot.randint(1, MOST)
        acts: dict[str, tuple[Callable[[], object], reference.Act]] = {
            "cancel": (
                partial(cancellation.cancel_at_period_end, one, by=by, source="hub"),
                reference.cancel,
            ),
            "cancel now": (
                partial(cancellation.cancel_now, one, by=by, source="dashboard"),
                reference.cancel_now,
            ),
            "undo": (partial(cancellation.undo_cancellation, one, by=by), reference.undo),
            "pause": (partial(pausing.pause, one, by=by), reference.pause),
            "pause for periods": (
                partial(pausing.pause, one, by=by, periods=periods),
                partial(reference.pause, periods=periods),
            ),
            "resume": (partial(pausing.resume, one, by=by), reference.resume),
            "reactivate": (partial(reactivating.reactivate, one, by=by), reference.reactivate),
            "more now": (
                partial(_switch, one, one.quantity + 1, by=by, now=True),
                partial(reference.more_now, quantity=one.quantity + 1),
            ),
            "other quantity later": (
                partial(_switch, one, quantity, by=by, now=False),
                partial(reference.later, quantity=quantity),
            ),
        }
        engine, expected = acts[name]
        course, certain = self.courses[one.pk], False
        try:
            result = engine()
            certain = result not in (Switched.AWAY, Switched.WAITING)
            done = result.value if isinstance(result, Switched) else "done"
        except MoveRefused:
            certain, done = True, "refused"
        finally:
            course.told(expected, clock.now(), certain=certain)
        return done

    def _replace_card(self, one: Subscription, by: Actor) -> Done:
        try:
            address = methods.start_replacing(one, by=by, return_url=HOME, cancel_url=HOME)
        except MoveRefused:
            return "refused"
        payment = _payment_at(address)
        card = self.lot.choices(list(PAYING_LATER), (6, 3, 3, 0, 1, 1, 2))[0]
        page = _page_of(payment)
        self.visits.append(Visit(payment.pk, PAYING_LATER[card], None, one.pk))
        self.courses[one.pk].given.append(Card(payment.pk, PAYING_LATER[card]))
        _type(page, payment, card)
        methods.finish_replacing(payment, {})
        return card

    def _confirm(self, one: Subscription, by: Actor) -> Done:
        """Answers the bank's question about a renewal, if there is one."""
        question = subscription_paying.in_flight(one)
        if question is None or question.state != Payment.ACTION:
            return "nothing to confirm"
        page = _page_of(question)
        self.asked.append(one)
        try:
            subscription_paying.start_paying(one, by=by, return_url=HOME, cancel_url=HOME)
            with suppress(GatewayError):
                page.pay_start(question.start_ref, "")
            subscription_paying.finish_paying(one)
        finally:
            self.courses[one.pk].told(reference.confirm, clock.now(), certain=False)
        return "typed"

    def come_back(self) -> None:
        """Whoever typed a card looks once more what became of it."""
        payments = Payment.objects.select_related("connection__business", "customer")
        for visit in self.visits:
            payment = payments.get(pk=visit.payment_id)
            if visit.subscription_id is None:
                paying.returned(payment, {})
            else:
                methods.finish_replacing(payment, {})
        for one in self.asked:
            subscription_paying.finish_paying(one)
        self.asked = []

    def meet_the_new(self) -> list[str]:
        """Each finished purchase has begun its one subscription; what is wrong with that."""
        wrong, left = [], []
        for visit in self.visits:
            payment = Payment.objects.get(pk=visit.payment_id)
            if visit.subscription_id is not None or visit.deal is None:
                continue
            begun = list(Subscription.objects.filter(order__bill=payment.bill_id))
            if payment.state != Payment.SUCCEEDED:
                left.append(visit)
            elif len(begun) != 1:
                wrong.append(f"{payment.public_id} was paid and began {len(begun)} subscriptions")
            else:
                world = reference.bought(
                    visit.deal, begun[0].started_at, card=Card(visit.payment_id, visit.does)
                )
                self.courses[begun[0].pk] = Course({world})
        self.visits = left
        return wrong


def _switch(one: Subscription, quantity: int, *, by: Actor, now: bool) -> Switched:
    act = switching.proposed(one, one.price, quantity=quantity, now=now)
    return switching.switch(one, act, by=by, source="hub")


@prepared
def _subscriptions() -> QuerySet[Subscription]:
    rows = Subscription.objects.select_related(
        "customer", "business", "product", "order", "price__product"
    )
    return rows.order_by("pk")


def tried(act: Callable[[], Done]) -> Done:
    """An act of somebody who meets a shop that may be away or die meanwhile."""
    try:
        return act()
    except GatewayError as error:
        return type(error).__name__
    except Refused as refusal:
        return type(refusal).__name__
    except Crash:
        return "CRASH"


def _payment_at(address: str) -> Payment:
    rows = Payment.objects.select_related("connection__business", "customer")
    found: Payment = rows.get(start_url=address)
    return found


def _page_of(payment: Payment) -> TestGateway:
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    return gateway


def _type(gateway: TestGateway, payment: Payment, code: str) -> None:
    with suppress(GatewayError):  # only the question how it ended can fail, not the typing
        gateway.pay_start(payment.start_ref, cards.by_code(code).number)
