"""Two thousand sessions in the hub and as many on the dashboard, printed as their cookies."""

from __future__ import annotations

import json
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from wainwright.accounts.models import Business, User
from wainwright.accounts.sessions import AGENT, PLACE, SEEN, SINCE
from wainwright.bench.names import OWNER, SHOP, SHOWN_EMAIL
from wainwright.billing.models import Subscription
from wainwright.core import clock, tenancy
from wainwright.customers.models import Customer
from wainwright.hub import sessions
from wainwright.hub.codes import digest
from wainwright.hub.models import HubSession
from wainwright.invoicing.models import Document

SESSIONS = 2_000


def main() -> None:
    """{"hub": [cookie...], "staff": [cookie...], "subscriptions" and "documents": [id...]}."""
    business = Business.everywhere.get(slug=SHOP)
    with tenancy.scope(business.account_id, tenancy.TEST):
        shown = _shown()
        mine = dict(
            Subscription.objects.filter(customer__in=shown).values_list("customer_id", "public_id")
        )
        papers = dict(  # of each the last one: one that was never drawn, where there is one
            Document.objects.filter(customer__in=shown)
            .order_by("-pdf_sha256", "pk")
            .values_list("customer_id", "public_id")
        )
        in_turn = [shown[number % len(shown)] for number in range(SESSIONS)]
        print(
            json.dumps(
                {
                    "hub": [f"{sessions.cookie_name(business)}={each}" for each in _hub(in_turn)],
                    "documents": [papers[each.pk] for each in in_turn],
                    "subscriptions": [mine[each.pk] for each in in_turn],
                    "staff": [f"{settings.SESSION_COOKIE_NAME}={each}" for each in _staff()],
                }
            )
        )


def _shown() -> list[Customer]:
    """Those with twenty purchases and three subscriptions."""
    rows = Customer.objects.filter(email_key__endswith=SHOWN_EMAIL).order_by("pk")
    return list(rows[:SESSIONS])


def _hub(customers: list[Customer]) -> list[str]:
    HubSession.objects.filter(customer__in=set(customers)).delete()
    now = clock.wall()
    tokens = [f"test-{number:032}-bench-{now.timestamp():.0f}" for number in range(len(customers))]
    HubSession.objects.bulk_create(
        HubSession(
            business_id=customer.business_id,
            customer=customer,
            token_hash=digest(token),
            started_at=now,
            seen_at=now,
        )
        for customer, token in zip(customers, tokens, strict=True)
    )
    return tokens


def _staff() -> list[str]:
    owner = User.objects.get(email=OWNER)
    store = import_module(settings.SESSION_ENGINE).SessionStore
    keys = []
    for _number in range(SESSIONS):
        session = store()
        session[SESSION_KEY] = str(owner.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[SINCE] = session[SEEN] = int(clock.wall().timestamp())
        session[AGENT], session[PLACE] = "Bench", "127.0.0.1"
        session[HASH_SESSION_KEY] = owner.get_session_auth_hash()
        session.create()
        keys.append(session.session_key)
    return keys
