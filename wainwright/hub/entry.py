"""Ways into the hub: one letter, which holds a link and a code for it.

Asking is an id. Whether there is a customer behind the address is found out by the worker, so that
known and unknown addresses cost the visitor the same. Link and code are kept as hashes, live ten
minutes of wall time and work once.
"""

from __future__ import annotations

import ipaddress
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.core import audit, clock, limits
from wainwright.core.actors import Actor
from wainwright.core.errors import TooMany
from wainwright.core.ids import new_id
from wainwright.core.sweeping import forget
from wainwright.customers.finding import email_key
from wainwright.customers.models import Customer
from wainwright.hub import codes, queries
from wainwright.hub.minting import mint
from wainwright.hub.models import AccessRequest

TRIES = 5
KEPT = timedelta(days=7)

QUARTER_HOUR, HOUR, DAY = 900, 3600, 86_400
MOST_PER_ADDRESS = ((3, QUARTER_HOUR), (10, DAY))
MOST_PER_VISITOR = (20, HOUR)


def ask(
    *, business: Business, email: str, browser_token: str, ip: str, language: str
) -> AccessRequest:
    """Notes that somebody wants in, and leaves the rest to the worker.

    Beyond a limit the answer is the same and no letter goes out; what one visitor asks beyond his
    own is not even kept.
    """
    request = AccessRequest(
        public_id=new_id("acq"),
        business=business,
        email=email_key(email),
        browser_hash=codes.digest(browser_token),
        language=language,
        asked_at=clock.wall(),
    )
    with transaction.atomic():
        if not _visitor_may_ask(ip):
            return request
        if not _address_may_ask(business.pk, request.email):
            request.voided_at = request.asked_at
        request.save()
        mint.enqueue(business.account_id, request.pk)
    return request


def invite(customer: Customer, *, by: Actor) -> AccessRequest:
    """The seller sends the way in. Its link always asks for the code: no browser asked for it."""
    with transaction.atomic():
        if not _address_may_ask(customer.business_id, customer.email_key):
            raise TooMany(_("This address was sent enough letters. Please wait a little."))
        request: AccessRequest = AccessRequest.objects.create(
            public_id=new_id("acq"),
            business_id=customer.business_id,
            email=customer.email_key,
            source=AccessRequest.SELLER,
            language=customer.language,
            customer=customer,
            asked_at=clock.wall(),
        )
        audit.note("hub.invited", customer.public_id, by=by, business_id=customer.business_id)
        mint.enqueue(customer.account_id, request.pk)
    return request


def forget_old() -> None:
    """Drops requests of the past, which hold addresses of people who may be no customers."""
    forget(AccessRequest, queries.requests_before(clock.wall() - KEPT))


def enter_by_link(request: AccessRequest, browser_token: str) -> Customer | None:
    """The customer, if this is the browser that asked and the link still works."""
    return _consume(request) if is_asking_browser(request, browser_token) else None


def enter_by_code(request: AccessRequest | None, code: str) -> Customer | None:
    """The customer, if the code is the request's and still works.

    Whatever the reason, a refusal looks the same and takes as long, also where nobody asked or
    nobody was found. After five wrong codes the whole letter is void.
    """
    counted = request is not None and _count_try(request)
    fits = codes.fits(code, request.code_hash if request and counted else "")
    if request and not fits:
        _void_if_tried_out(request)
    return _consume(request) if request and fits else None


def is_asking_browser(request: AccessRequest, browser_token: str) -> bool:
    return (
        request.source == AccessRequest.ASKED
        and bool(browser_token)
        and secrets.compare_digest(request.browser_hash, codes.digest(browser_token))
    )


def works(request: AccessRequest) -> bool:
    """Whether link and code of the request may still be used."""
    return (
        request.used_at is None
        and request.voided_at is None
        and request.expires_at is not None
        and request.expires_at > clock.wall()
    )


def _visitor_may_ask(ip: str) -> bool:
    most, seconds = MOST_PER_VISITOR
    return limits.count(f"hub.ask|{network(ip)}", seconds=seconds) <= most


def network(ip: str) -> str:
    """By what visitors are told apart: an IPv4 address, or the /64 a household has of IPv6."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            return str(ipaddress.ip_network((address, 64), strict=False))
        address = address.ipv4_mapped
    return str(address)


def _address_may_ask(business_id: int, email: str) -> bool:
    counts = [
        limits.count(f"hub.ask|{business_id}|{email}", seconds=seconds) <= most
        for most, seconds in MOST_PER_ADDRESS
    ]
    return all(counts)


def _count_try(request: AccessRequest) -> bool:
    """Takes one of the five tries, if one is left."""
    left = queries.unused_request(request.pk).filter(tries__lt=TRIES)
    return bool(left.update(tries=F("tries") + 1))


def _void_if_tried_out(request: AccessRequest) -> None:
    tried = queries.unused_request(request.pk).filter(tries__gte=TRIES)
    tried.update(voided_at=clock.wall())


def _consume(request: AccessRequest) -> Customer | None:
    """Uses the request up in one statement, so that of two at once only one gets in."""
    now = clock.wall()
    working = queries.unused_request(request.pk).filter(voided_at=None, expires_at__gt=now)
    return request.customer if working.update(used_at=now) else None
