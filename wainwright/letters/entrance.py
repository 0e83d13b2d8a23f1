"""The letter that lets a customer into the hub. Its link and code are never kept."""

from __future__ import annotations

import logging
from typing import Protocol

from django.db import transaction

from wainwright.accounts.models import Business
from wainwright.core import clock
from wainwright.customers.models import Customer
from wainwright.letters import message
from wainwright.letters.models import Letter
from wainwright.letters.posting import Undeliverable, hand_over
from wainwright.letters.rendering import Words, render
from wainwright.letters.sending import mark_sent, settle
from wainwright.letters.writing import kept

log = logging.getLogger(__name__)

BLANK = "•••"


class Asked(Protocol):
    """What is needed of the hub's access request."""

    public_id: str
    language: str


class NotSent(Exception):
    """The mail server could not be reached: mint a new link and code and send those."""


def send_access_letter(
    *,
    access_request: Asked,
    customer: Customer,
    business: Business,
    link: str,
    code: str,
    seller_sent: bool,
) -> Letter:
    """Sends link and code at once and keeps the letter with both blanked.

    Called again it sends again, with what was minted anew, unless it went out meanwhile. Raises
    NotSent where trying again may help; a letter that can never arrive comes back FAILED. Call
    outside a transaction.
    """
    kind = "hub_invitation" if seller_sent else "hub_access"
    language = access_request.language
    blanked = _words(kind, business, customer, language, BLANK, BLANK)
    letter, _new = Letter.objects.get_or_create(
        cause=access_request.public_id,
        recipient=customer.email,
        kind=kind,
        defaults=kept(blanked, business, customer, language) | {"state": Letter.SENDING},
    )
    if not _claim(letter):
        return letter
    try:
        words = _words(kind, business, customer, language, link, code)
        hand_over(message.build(letter, words))
    except Exception as error:
        _note_failure(letter, error)
        if isinstance(error, Undeliverable):
            return letter
        raise NotSent(letter.public_id) from None
    mark_sent(letter)
    return letter


def _claim(letter: Letter) -> bool:
    """Counts the attempt, whose number is the claim's token, as in letters.sending."""
    with transaction.atomic():
        locked = Letter.locked(letter.pk)
        letter.state, letter.attempts = locked.state, locked.attempts
        if locked.state == Letter.SENT:
            return False
        letter.state, letter.attempts = Letter.SENDING, locked.attempts + 1
        letter.save(update_fields=["state", "attempts"])
    return True


def _words(
    kind: str, business: Business, customer: Customer, language: str, link: str, code: str
) -> Words:
    return render(
        kind,
        business=business,
        language=language,
        zone=customer.zone or business.zone,
        context={"customer": customer, "link": link, "code": code},
    )


def _note_failure(letter: Letter, error: Exception) -> None:
    """What kind of failure it was, but nothing the letter said."""
    log.warning("letter %s was not sent: %s", letter.public_id, type(error).__name__)
    settle(letter, state=Letter.FAILED, error=type(error).__name__, due_at=clock.wall())
