"""What buyers do on the pages, and sellers beside them; and what the reference is told of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from django.db.models import QuerySet

from wainwright.billing import cancellation, pausing, reactivating, states, switching
from wainwright.billing import paying as subscription_paying
from wainwright.billing.errors import MoveRefused
from wainwright.billing.models import Period, Subscription
from wainwright.billing.switching import Switched
from wainwright.catalog.models import Price
from wainwright.core import clock
from wainwright.core.actors import Actor, customer, user
from wainwright.core.errors import Refused
from wainwright.core.money import Money
from wainwright.core.prepared import prepared
from wainwright.payments.connections import adapter_for
from wainwright.payments.gateways.base import GatewayError
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.gateway import TestGateway
from wainwright.payments.models import Payment
from wainwright.payments.refunds import refund, refundable
from wainwright.simulation import reference
from wainwright.simulation.process import Crash
from wainwright.simulation.reference import Card, Course, Deal
from wainwright.simulation.shop import NEVER_PAYING, PAYING_LATER, SOUGHT, Shop
from wainwright.simulation.visiting import OutOfOrder, Visitor

BUYERS = 6
AT_LEAST, AT_MOST = 7, 14  # subscriptions that are charged, and all that have not ended
MOST = 3  # of one thing
MOST_PERIODS = 3  # left out by a pause
SELLER = user(0, "owner@shop.example")

type Done = str  # how an act ended, for the log


class NotOffered(Exception):
    """The page has no such button now."""


@dataclass
class Visit:
    """A card was typed on the gateway's page: whatever happens, that counts by the day's end."""

    payment_id: int
    does: str
    back: str  # the page it leads back to
    deal: Deal | None = None
    of: Subscription | None = None  # whose card is replaced


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
            price, deal = self.lot.choices(self.shop.offers, SOUGHT)[0]
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
            "pause": 1.5,
            "pause for periods": 2,
            "resume": 5 if one.state == "paused" else 0.2,
            "resume by seller": 3 if one.state == "paused" else 0.1,
            "bring back": 5 if one.ended else 0.2,
            "bring back by seller": 3 if one.ended else 0.1,
            "refund": 1,
            "more now": 2 if one.quantity < MOST else 0,
            "other quantity later": 1.5,
        }
        name = self.lot.choices(list(names), list(names.values()))[0]
        return f"{name} of {one.pk}", partial(self._change, name, one)

    def _buy(self, price: Price, deal: Deal | None) -> Done:
        number = self.lot.randrange(BUYERS)
        path = f"checkout/{price.product.slug}/"
        visitor = self._visitor()
        visitor.look(path)
        typed = {"email": f"buyer{number}@post.example", "name": f"Buyer {number}"}
        token = f"{self.lot.getrandbits(128):032x}"
        led = visitor.press(path, price=price.public_id, token=token, **typed)
        if not led.leads_to:
            return "refused"
        payment = _payment_at(led.leads_to)
        if self.lot.random() < 0.1:
            return "went away"
        if self.lot.random() < 0.1:
            _type(payment, self.lot.choice(NEVER_PAYING))
            return "declined"
        card = self.lot.choices(list(PAYING_LATER), (6, 3, 3, 2, 3, 2, 3))[0]
        back = f"{path}return/{payment.public_id}/"
        _type(payment, card)
        self.visits.append(Visit(payment.pk, PAYING_LATER[card], back, deal=deal))
        return f"{card}: {visitor.look(back).status}"

    def _change(self, name: str, one: Subscription) -> Done:
        if name == "replace card":
            return self._replace_card(one)
        if name == "confirm":
            return self._confirm(one)
        if name == "refund":
            return self._refund(one)
        periods, quantity = self.lot.randint(1, MOST_PERIODS), self.lot.randint(1, MOST)
        by = customer(one.customer_id, one.customer.email)
        acts: dict[str, tuple[Callable[[], Done | Subscription], reference.Act]] = {
            "cancel": (partial(self._press, one, "cancellation/"), reference.cancel),
            "cancel now": (
                partial(cancellation.cancel_now, one, by=SELLER, source="dashboard"),
                reference.cancel_now,
            ),
            "undo": (
                partial(self._press, one, "cancellation/undo/", of="cancellation/"),
                reference.undo,
            ),
            "pause": (partial(pausing.pause, one, by=SELLER), reference.pause),
            "pause for periods": (
                partial(self._press, one, "pause/", how_long=str(periods)),
                partial(reference.pause, periods=periods),
            ),
            "resume": (partial(self._press, one, "resume/"), reference.resume),
            "resume by seller": (partial(pausing.resume, one, by=SELLER), reference.resume),
            "bring back": (partial(self._press, one, "back/"), reference.reactivate),
            "bring back by seller": (
                partial(reactivating.reactivate, one, by=SELLER),
                reference.reactivate,
            ),
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
        course, now = self.courses[one.pk], clock.now()
        try:
            result = engine()
        except NotOffered:
            return "not offered"
        except MoveRefused:
            result = "refused"
        except BaseException:
            course.told(expected, now, certain=False)
            raise
        course.told(expected, now, certain=result not in (Switched.AWAY, Switched.WAITING))
        return str(result) if isinstance(result, str) else "done"

    def _press(self, one: Subscription, button: str, *, of: str = "", **fields: str) -> Done:
        """Looks at a page of the hub and presses its button."""
        visitor = self._visitor(one)
        if not visitor.look(_page(one, of or button)).is_page:
            raise NotOffered
        return str(visitor.press(_page(one, button), **fields).status)

    def _replace_card(self, one: Subscription) -> Done:
        visitor = self._visitor(one)
        led = visitor.press(_page(one, "method/"))
        if not led.leads_to:
            return "refused"
        payment = _payment_at(led.leads_to)
        card = self.lot.choices(list(PAYING_LATER), (6, 3, 3, 0, 1, 1, 2))[0]
        back = _page(one, f"method/return/{payment.public_id}/")
        _type(payment, card)
        self.visits.append(Visit(payment.pk, PAYING_LATER[card], back, of=one))
        self.courses[one.pk].given.append(Card(payment.pk, PAYING_LATER[card]))
        visitor.look(back)
        return card

    def _confirm(self, one: Subscription) -> Done:
        """Answers the bank's question about a renewal, if there is one."""
        question = subscription_paying.in_flight(one)
        if question is None or question.state != Payment.ACTION:
            return "nothing to confirm"
        visitor = self._visitor(one)
        self.asked.append(one)
        try:
            visitor.press(_page(one, "payment/"))
            _answer_the_bank(question)
            visitor.look(_page(one, "payment/return/"))
        finally:
            self.courses[one.pk].told(reference.confirm, clock.now(), certain=False)
        return "typed"

    def _refund(self, one: Subscription) -> Done:
        """The seller gives back a part of what was paid last for a time that is over: a change of
        plan would count less of the time that runs as paid, and its course goes on as it was."""
        bills = Period.objects.filter(subscription=one, ends_at__lte=clock.now()).values("bill")
        paid = Payment.objects.filter(bill__in=bills, state=Payment.SUCCEEDED)
        newest = paid.order_by("-pk").first()
        left = refundable(newest) if newest is not None else None
        if newest is None or left is None or left.minor < 2:
            return "nothing to give back"
        part = Money(self.lot.randint(1, left.minor // 2), left.currency)
        key = f"{self.lot.getrandbits(64):016x}"
        return refund(newest, amount=part, note="", by=SELLER, form_key=key).state

    def come_back(self) -> None:
        """Whoever typed a card looks once more what became of it."""
        for visit in self.visits:
            self._visitor(visit.of).look(visit.back)
        for one in self.asked:
            self._visitor(one).look(_page(one, "payment/return/"))
        self.asked = []

    def _visitor(self, one: Subscription | None = None) -> Visitor:
        return Visitor(self.shop.business, one.customer if one is not None else None)

    def meet_the_new(self) -> list[str]:
        """Each finished purchase has begun its one subscription; what is wrong with that."""
        wrong, left = [], []
        for visit in self.visits:
            payment = Payment.objects.get(pk=visit.payment_id)
            if visit.of is not None or visit.deal is None:
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
    except (OutOfOrder, Refused) as refusal:
        return type(refusal).__name__
    except Crash:
        return "CRASH"


def _payment_at(address: str) -> Payment:
    rows = Payment.objects.select_related("connection__business", "customer")
    found: Payment = rows.get(start_url=address)
    return found


def _page(one: Subscription, name: str) -> str:
    return f"hub/subscriptions/{one.public_id}/{name}"


def _type(payment: Payment, code: str) -> None:
    """On the gateway's own page, which is no part of the shop."""
    _pay_start(payment, cards.by_code(code).number, _expiry(payment, code))


def _answer_the_bank(payment: Payment) -> None:
    _pay_start(payment, "")


def _pay_start(payment: Payment, number: str, *expiry: str) -> None:
    assert payment.connection is not None
    gateway = adapter_for(payment.connection)
    assert isinstance(gateway, TestGateway)
    with suppress(GatewayError):  # only the question how it ended can fail, not the typing
        gateway.pay_start(payment.start_ref, number, *expiry)


def _expiry(payment: Payment, code: str) -> str:
    """Cards that pay are the same each time, so that a buyer's are charged together. Any other is
    told apart: the reference follows each subscription alone, not what fails together."""
    if PAYING_LATER.get(code) == reference.PAYS:
        return "12/34"
    return f"{payment.pk % 12 + 1:02}/{35 + payment.pk // 12 % 64}"
