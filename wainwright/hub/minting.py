"""Minting a way in: link and code for whoever is behind an access request, sent by letter.

Only their hashes are kept. They live ten minutes of wall time from here.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.tasks import task

from wainwright.accounts.links import link_for
from wainwright.core import clock, limits
from wainwright.core.tenancy import LIVE, TEST, current, scope
from wainwright.customers.models import Customer
from wainwright.hub import codes, queries
from wainwright.hub.models import AccessRequest
from wainwright.letters.entrance import send_access_letter

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=10)
UNANSWERED, GIVEN_UP = timedelta(minutes=2), timedelta(days=1)
MOST_LETTERS = (2000, 3600)  # of one business in an hour


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
        # Only what was minted here: one who was frozen may find that another minted anew.
        mine = queries.unused_request(request.pk).filter(token_hash=request.token_hash)
        mine.update(minted_at=None)
        raise


def _keep(request: AccessRequest, customer: Customer, *, token: str, code: str) -> bool:
    """Stores the hashes and voids the customer's older letters; False where a newer one is out."""
    token_hash, code_hash = codes.digest(token), codes.hashed(code)
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
        request.save(
            update_fields=[
                "customer",
                "voided_at",
                "minted_at",
                "expires_at",
                "token_hash",
                "code_hash",
            ]
        )
    return request.voided_at is None
