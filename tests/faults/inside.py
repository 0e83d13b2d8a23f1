"""What the tests do inside an install, in a process of its own: it reads the name of an act, and
what the act wants to know, from each line it is given, and answers with a line of JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

SLUG, SELLER = "faults", "ann@faults.example"
ROUNDS = 30


def stage() -> dict[str, str]:
    """A shop in test mode with one product, bought once or by the day."""
    from tests.factories import shops
    from wainwright.accounts import opening
    from wainwright.accounts.models import Business
    from wainwright.billing.rulebook import change_rules
    from wainwright.core.actors import SYSTEM
    from wainwright.core.tenancy import TEST, scope

    owner = opening.open_account(
        slug=SLUG, name="Faults", email=SELLER, country="DE", zone="Europe/Berlin"
    )
    with scope(owner.account_id, TEST):
        business = Business.objects.get()
        shops.open_shop(business)
        change_rules(None, by=SYSTEM, pause_periods=2, pauses_a_year=1)
        product = shops.make_product(business)
        return {
            "product": product.slug,
            "once": shops.make_price(product).public_id,
            "daily": shops.make_price(product, "daily").public_id,
        }


def let_in(email: str) -> tuple[str, str]:
    """The cookie of a buyer in his hub: name and value."""
    from wainwright.customers.models import Customer
    from wainwright.hub import sessions

    with scope_of_shop():
        customer = Customer.objects.select_related("business").get(email=email)
        return sessions.cookie_name(customer.business), sessions.start(customer, agent="Faults")


def sign_in() -> tuple[str, str]:
    """The cookie of the seller at the dashboard."""
    from django.conf import settings
    from django.test import Client

    from wainwright.accounts.models import User

    browser = Client()
    backend = settings.AUTHENTICATION_BACKENDS[0]
    browser.force_login(User.objects.get(email=SELLER), backend=backend)
    name = settings.SESSION_COOKIE_NAME
    return name, browser.cookies[name].value


def sell() -> None:
    """Ten orders at once, whose receipts are still to be written."""
    from tests.factories.buying import buy
    from wainwright.catalog.models import Price

    with scope_of_shop():
        price = Price.objects.select_related("product__business").earliest("pk")
        for number in range(10):
            buy(price, f"ada{number}@buyer.example")


def begin_renewal() -> None:
    """One daily subscription, which is due."""
    from tests.factories.buying import buy
    from wainwright.catalog.models import Price

    with scope_of_shop():
        prices = Price.objects.select_related("product__business")
        buy(prices.get(interval="daily"), "ada@buyer.example")
    day()


def let_many_fall_due(count: str) -> None:
    """So many customers, each with a subscription that is due from now on."""
    from tests.factories.renewing import due_subscriptions
    from wainwright.accounts.models import Business

    with scope_of_shop():
        due_subscriptions(Business.objects.get(), int(count), of="Club")


def renewed() -> dict[str, int]:
    """How many renewals were attempted, paid and put on a bill, and what is still due."""
    from django.db.models import Count, Q

    from wainwright.billing.models import Subscription
    from wainwright.core import clock
    from wainwright.payments.models import Payment

    with scope_of_shop():
        tried = Payment.objects.filter(purpose=Payment.RENEWAL)
        return {
            "due": Subscription.objects.filter(next_due_at__lte=clock.now()).count(),
            **tried.aggregate(
                attempts=Count("pk"),
                paid=Count("pk", filter=Q(state=Payment.SUCCEEDED)),
                bills=Count("bill", distinct=True),
                charges=Count("gateway_ref", distinct=True),
            ),
        }


def day() -> str:
    """The next day begins, and nothing is swept yet."""
    from wainwright.core import clock

    with scope_of_shop():
        _let_all_go_on()
        clock.set_offset(clock.offset() + timedelta(days=1))
        return clock.now().isoformat()


def live(days: str) -> None:
    """So many days pass, each with all that is due on it."""
    from wainwright import wiring

    for _day in range(int(days)):
        day()
        wiring.sweep()


def restored() -> dict[str, Any]:
    """Why billing is paused, and how many gateways are not compared yet; nothing where it runs."""
    from wainwright.payments import restoring

    with scope_of_shop():
        restore = restoring.paused()
        if restore is None:
            return {}
        return {"why": restore.why, "uncompared": len(restoring.not_compared(restore))}


def resume() -> None:
    """The owner has seen what was found, and lets billing go on."""
    from wainwright.core.actors import SYSTEM
    from wainwright.payments import restoring

    with scope_of_shop():
        restore = restoring.paused()
        assert restore is not None
        restoring.resume(restore, by=SYSTEM)


def _let_all_go_on() -> None:
    """The seller looks at what was held back, as a growing shop's runs are, and wants it all."""
    from wainwright.billing import holds
    from wainwright.billing.models import Hold
    from wainwright.core.actors import SYSTEM

    for hold in Hold.objects.filter(decided_at=None):
        holds.decide(hold, Hold.ALL if hold.kind == Hold.MISSED else Hold.GO_ON, by=SYSTEM)


def age() -> None:
    """An hour of wall time passes for whatever waits: leases of the dead end, pauses are over."""
    from django.db.models import F
    from django_ox.models import OxTask

    from wainwright.core.models import Delivery
    from wainwright.letters.models import Letter
    from wainwright.payments.models import InboxItem

    hour = timedelta(hours=1)
    OxTask.objects.filter(status=OxTask.Status.RUNNING).update(
        lease_expires_at=F("lease_expires_at") - hour, locked_at=F("locked_at") - hour
    )
    with scope_of_shop():
        Letter.everywhere.filter(sent_at=None).update(due_at=F("due_at") - hour)
        Delivery.everywhere.filter(state=Delivery.WAITING).update(due_at=F("due_at") - hour)
        InboxItem.objects.filter(state=InboxItem.WAITING).update(
            received_at=F("received_at") - hour
        )


def drain() -> dict[str, int]:
    """Sweeps, an hour at a time, until nothing waits any more; what waits on at last."""
    from wainwright import wiring
    from wainwright.core import clock

    for _round in range(ROUNDS):
        age()
        with scope_of_shop():
            _let_all_go_on()
            clock.set_offset(clock.offset() + timedelta(minutes=10))  # patience with gateways
        wiring.sweep()
        left = waiting()
        if not any(left.values()):
            break
    return left


def waiting() -> dict[str, int]:
    """How much is still to be done, by what it is."""
    from wainwright.billing.models import Subscription
    from wainwright.core import clock
    from wainwright.core.models import Delivery
    from wainwright.letters.models import Letter
    from wainwright.payments.models import InboxItem, Payment, Refund

    with scope_of_shop():
        settled = Payment.objects.exclude(start_ref="", purpose=Payment.CHECKOUT)
        return {
            "letters": Letter.everywhere.exclude(state=Letter.SENT).count(),
            "deliveries": Delivery.everywhere.exclude(state=Delivery.DONE).count(),
            "inbox": InboxItem.objects.filter(state=InboxItem.WAITING).count(),
            "payments": settled.filter(
                state__in=[Payment.STARTED, Payment.PENDING, Payment.UNKNOWN]
            ).count(),
            "refunds": Refund.objects.filter(settled_at=None).count(),
            "renewals": Subscription.objects.filter(next_due_at__lte=clock.now()).count(),
        }


def books() -> dict[str, Any]:
    """What stands in the database, for the tests to compare with what was promised."""
    from django.db.models import Count, Q

    from wainwright.billing.models import Subscription
    from wainwright.hub.models import Statement
    from wainwright.invoicing.models import Document
    from wainwright.letters.models import Letter
    from wainwright.payments.models import Payment, Refund
    from wainwright.sales.models import Order

    with scope_of_shop():
        paid = Payment.objects.filter(state=Payment.SUCCEEDED).exclude(purpose=Payment.METHOD)
        held = Subscription.objects.annotate(
            pauses_made=Count("pauses", filter=Q(pauses__source="hub")),
            pauses_open=Count("pauses", filter=Q(pauses__ended_at=None, pauses__source="hub")),
        )
        return {
            "orders": list(Order.objects.values_list("public_id", "customer__email")),
            "payments": list(paid.values_list("gateway_ref", "amount", "purpose", "bill_id")),
            "refunds": list(
                Refund.objects.values(
                    "form_key", "payment__public_id", "payment__gateway_ref", "amount", "state"
                )
            ),
            "subscriptions": {
                each.public_id: {
                    "state": each.state,
                    "left": each.cancel_asked_at is not None,
                    "card": each.method.label if each.method else "",
                    "pauses": each.pauses_made,
                    "open_pauses": each.pauses_open,
                }
                for each in held.select_related("method")
            },
            "statements": list(Statement.objects.values_list("public_id", "form_key")),
            "documents": list(
                Document.objects.order_by("number").values_list("kind", "number", "issued_on")
            ),
            "letters": list(
                Letter.everywhere.values_list("public_id", "cause", "recipient", "kind", "state")
            ),
        }


def scope_of_shop() -> Any:
    """Statements and their letters are of no mode or live; those are read from everywhere."""
    from wainwright.accounts.directory import business_by_slug
    from wainwright.core.tenancy import TEST, scope

    business = business_by_slug(SLUG)
    assert business is not None
    return scope(business.account_id, TEST)


ACTS: dict[str, Callable[[], Any]] = {
    act.__name__: act
    for act in (
        *(stage, let_in, sign_in, sell, begin_renewal, let_many_fall_due, renewed),
        *(day, live, restored, resume, age, drain, waiting, books),
    )
}


def main(data: str) -> None:
    from wainwright.commands import _install

    _install.open_in(data, os.environ)
    _install.ready_database()
    from django.db import connections

    for line in sys.stdin:
        act, *words = line.split()
        answer = ACTS[act](*words)
        connections.close_all()  # the next one may find another database server
        sys.stdout.write(f"{json.dumps(answer, default=str)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1])
