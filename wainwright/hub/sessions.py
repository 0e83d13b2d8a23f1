"""Being in the hub: one browser, one customer, one business, one mode.

A session ends after 30 minutes without a page, after 24 hours at the latest, and at signing out.
People look into the hub on shared and borrowed devices, and getting in again takes a minute.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.db import transaction

from wainwright.accounts.models import Business
from wainwright.core import actors, audit, clock
from wainwright.core.sweeping import forget
from wainwright.core.tenancy import LIVE, TEST, scope
from wainwright.customers.models import Customer
from wainwright.hub import queries
from wainwright.hub.codes import digest
from wainwright.hub.models import HubSession

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
TOUCHED_EVERY = timedelta(minutes=5)
KEPT = timedelta(days=30)


def cookie_name(business: Business) -> str:
    """`__Host-` makes browsers refuse the cookie from any other host or path, or without Secure."""
    return f"__Host-hub-{business.slug}"


def start(customer: Customer, *, agent: str, replaces: str = "") -> str:
    """Signs the customer in and returns the cookie's value. The browser's old session dies."""
    token = f"{customer.mode}-{secrets.token_urlsafe(32)}"
    now = clock.wall()
    with transaction.atomic():
        if replaces:
            old = HubSession.objects.filter(business_id=customer.business_id)
            old.filter(token_hash=digest(replaces), ended_at=None).update(ended_at=now)
        HubSession.objects.create(
            business_id=customer.business_id,
            customer=customer,
            token_hash=digest(token),
            started_at=now,
            seen_at=now,
            agent=agent[:200],
        )
        _note("hub.signed_in", customer)
    return token


def find(business: Business, token: str) -> HubSession | None:
    """The live session behind a cookie of this business; looking counts as having been there."""
    mode = token.partition("-")[0]
    if mode not in (LIVE, TEST) or len(token) > 100:
        return None
    with scope(business.account_id, mode):
        session = queries.session_by_token_hash(business, digest(token))
        now = clock.wall()
        if session is None or now - session.seen_at > IDLE or now - session.started_at > LONGEST:
            return None
        if now - session.seen_at > TOUCHED_EVERY:
            session.seen_at = now
            session.save(update_fields=["seen_at"])
    return session


def end(session: HubSession) -> None:
    with transaction.atomic():
        session.ended_at = clock.wall()
        session.save(update_fields=["ended_at"])
        _note("hub.signed_out", session.customer)


def end_everywhere(customer: Customer) -> None:
    with transaction.atomic():
        here = HubSession.objects.filter(pk__in=queries.open_sessions(*_open(customer)))
        here.update(ended_at=clock.wall())
        _note("hub.signed_out_everywhere", customer)


def open_now(customer: Customer) -> int:
    """In how many places the customer is signed in now."""
    return queries.open_sessions.count(*_open(customer))


def _open(customer: Customer) -> tuple[int, datetime, datetime]:
    now = clock.wall()
    return customer.pk, now - IDLE, now - LONGEST


def forget_old() -> None:
    forget(HubSession, queries.sessions_before(clock.wall() - KEPT))


def _note(action: str, customer: Customer) -> None:
    by = actors.customer(customer.pk, customer.email)
    audit.note(action, customer.public_id, by=by, business_id=customer.business_id)
