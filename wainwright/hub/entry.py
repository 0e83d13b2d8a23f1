"""Ways into the hub: one letter, which holds a link and a code for it.

Asking is an id. Whether there is a customer behind the address is found out by the worker, so that
known and unknown addresses cost the visitor the same. Link and code are kept as hashes, live ten
minutes of wall time and work once.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils.translation import gettext as _

from wainwright.accounts.links import link_for
from wainwright.accounts.models import Business
from wainwright.core import audit, clock, limits
from wainwright.core.actors import Actor
from wainwright.core.errors import TooMany
from wainwright.core.ids import new_id
from wainwright.core.tenancy import LIVE, TEST, current, scope
from wainwright.customers.finding import email_key
from wainwright.customers.models import Customer
from wainwright.hub import codes, queries
from wainwright.hub.models import AccessRequest
from wainwright.letters.entrance import send_access_letter

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
TRIES = 5
KEPT = timedelta(days=7)
UNANSWERED, GIVEN_UP = timedelta(minutes=2), timedelta(days=1)

QUARTER_HOUR, HOUR, DAY = 900, 3600, 86_400
MOST_PER_ADDRESS = ((3, QUARTER_HOUR), (10, DAY))
MOST_PER_VISITOR = (20, HOUR)
MOST_LETTERS = (2000, HOUR)


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
        browser_hash=digest(browser_token),
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


@task
def mint(account_id: int, access_request_id: int) -> None:
    """Lets in the live customer of the address, else the test one; nobody else gets a letter.

    Run again before the letter went out, it mints anew, and what it minted before is void.
    """
    with scope(account_id, LIVE):
        request = queries.waiting_request(access_request_id)
    if request is None:
        return
    for mode in (LIVE, TEST):
        with scope(account_id, mode):
            customer = queries.customer_behind(request)
            if customer is not None:
                _let_in(request, customer)
                return
    with scope(account_id, LIVE):
        queries.unused_request(access_request_id).update(voided_at=clock.wall())


def answer_waiting() -> None:
    """Takes up what no worker finished, as after a crash or while no letter could be sent."""
    here = current()
    if here.mode == TEST:
        return  # a request is of no mode: once an account is enough
    now = clock.wall()
    for request_id in queries.unanswered(since=now - GIVEN_UP, before=now - UNANSWERED):
        try:
            mint.func(here.account_id, request_id)
        except Exception:
            log.exception("access request %s waits on", request_id)


def forget_old() -> None:
    """Drops requests of the past, which hold addresses of people who may be no customers."""
    queries.requests_before(clock.wall() - KEPT).delete()


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
        and secrets.compare_digest(request.browser_hash, digest(browser_token))
    )


def works(request: AccessRequest) -> bool:
    """Whether link and code of the request may still be used."""
    return (
        request.used_at is None
        and request.voided_at is None
        and request.expires_at is not None
        and request.expires_at > clock.wall()
    )


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest() if secret else ""


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


def _let_in(request: AccessRequest, customer: Customer) -> None:
    token, code = secrets.token_urlsafe(32), codes.new_code()
    if queries.letter_is_out(request) or not _keep(request, customer, token=token, code=code):
        return
    business = request.business
    try:
        send_access_letter(
            access_request=request,
            customer=customer,
            business=business,
            link=link_for(business, "hub:link", token=token),
            code=codes.grouped(code),
            seller_sent=request.source == AccessRequest.SELLER,
        )
    except Exception:
        queries.unused_request(request.pk).update(minted_at=None)
        raise


def _keep(request: AccessRequest, customer: Customer, *, token: str, code: str) -> bool:
    """Stores the hashes and voids the customer's older letters; False where a newer one is out."""
    token_hash, code_hash = digest(token), codes.hashed(code)
    most, seconds = MOST_LETTERS
    with transaction.atomic():
        Customer.locked(customer.pk)
        now = clock.wall()
        request.customer = customer
        if limits.count(f"hub.letters|{request.business_id}", seconds=seconds) > most:
            log.warning("business %s sends too many access letters", request.business_id)
            request.voided_at = now
        elif queries.newer_letter_is_out(request):
            request.voided_at = now
        else:
            queries.older_letters(request).update(voided_at=now)
            request.minted_at, request.expires_at = now, now + LIFETIME
            request.token_hash, request.code_hash = token_hash, code_hash
        request.save()
    return request.voided_at is None


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
