"""The test numbers, what each of them does, and the reading of what a person typed.

Only these numbers exist. What is kept of one is its `code`, brand, last four digits and expiry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wainwright.core.errors import Refused
from wainwright.payments.gateways.base import Decline

PAID: Literal["paid"] = "paid"
PENDING: Literal["pending"] = "pending"
type Answer = Literal["paid", "pending"] | Decline


@dataclass(frozen=True, slots=True)
class Card:
    """A test number.

    `present` is the bank's answer with the buyer there, `later` without him. `asks` means that the
    bank wants to see the buyer whenever he is there (3-D Secure).
    """

    number: str
    code: str
    does: str | Promise
    present: Answer = PAID
    later: Answer = PAID
    asks: bool = False
    refunds: bool = True
    dispute: Literal["", "won", "lost"] = ""  # how the dispute ends that its payments bring
    brand: str = "Visa"
    country: str = "US"

    @property
    def spaced(self) -> str:
        return "\u00a0".join(self.number[i : i + 4] for i in range(0, len(self.number), 4))


def _declines(number: str, code: str, does: Promise, why: Decline) -> Card:
    return Card(number, code, does, present=why, later=why)


CARDS = (
    Card("4242424242424242", "visa", _("Pays")),
    Card("5555555555554444", "mastercard", _("Pays, as a Mastercard"), brand="Mastercard"),
    _declines("4000000000000002", "generic", _("Is declined"), Decline.GENERIC),
    _declines(
        "4000000000009995",
        "insufficient_funds",
        _("Is declined: not enough money"),
        Decline.INSUFFICIENT_FUNDS,
    ),
    _declines("4000000000009987", "lost", _("Is declined: lost"), Decline.DO_NOT_RETRY),
    _declines("4000000000009979", "stolen", _("Is declined: stolen"), Decline.DO_NOT_RETRY),
    _declines("4000000000000069", "expired", _("Is declined: expired"), Decline.EXPIRED_CARD),
    _declines(
        "4000000000000127",
        "wrong_cvc",
        _("Is declined: wrong security code"),
        Decline.INVALID_CARD,
    ),
    _declines(
        "4000000000000119",
        "bank_down",
        _("Is declined: the bank does not answer"),
        Decline.TRY_AGAIN,
    ),
    _declines(
        "4100000000000019", "fraud", _("Is declined: looks like fraud"), Decline.FRAUD_SUSPECTED
    ),
    Card(
        "4000002500003155",
        "asks_once",
        _("Asks for 3-D Secure now, pays later charges alone"),
        asks=True,
        country="FR",
    ),
    Card(
        "4000003800000446",
        "asks_set_up",
        _("Asks for 3-D Secure now, pays later charges alone"),
        asks=True,
        country="IT",
    ),
    Card(
        "4000002760003184",
        "asks_always",
        _("Asks for 3-D Secure now and for every later charge"),
        later=Decline.AUTHENTICATION_REQUIRED,
        asks=True,
        country="DE",
    ),
    Card(
        "4000000000003220",
        "asks_always_us",
        _("Asks for 3-D Secure now and for every later charge"),
        later=Decline.AUTHENTICATION_REQUIRED,
        asks=True,
    ),
    Card(
        "4000008260003178",
        "asks_then_empty",
        _("Asks for 3-D Secure now, then has not enough money for later charges"),
        later=Decline.INSUFFICIENT_FUNDS,
        asks=True,
        country="GB",
    ),
    Card(
        "4000000000000341",
        "declines_later",
        _("Pays now, declines every later charge"),
        later=Decline.GENERIC,
    ),
    Card(
        "4000000000007072",
        "slow",
        _("Stays pending for a minute, then pays"),
        present=PENDING,
        later=PENDING,
    ),
    Card("4000000000005126", "keeps_refunds", _("Pays, but its refunds fail"), refunds=False),
    Card(
        "4000000000000259",
        "disputed_lost",
        _("Pays, but its bank takes the money back a day later and keeps it"),
        dispute="lost",
    ),
    Card(
        "4000000000002685",
        "disputed_won",
        _("Pays, but its bank takes the money back a day later; a week later the shop has it"),
        dispute="won",
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}
_BY_CODE = {card.code: card for card in CARDS}


@dataclass(frozen=True, slots=True)
class Presented:
    """A listed card as a buyer presented it: all that is ever kept of it."""

    card: Card
    month: int
    year: int

    @property
    def last4(self) -> str:
        return self.card.number[-4:]


class CardRefused(Refused):
    """What was typed is no card that this gateway takes."""

    code = "card_refused"


def by_code(code: str) -> Card:
    return _BY_CODE[code]


def expired(year: int, month: int, today: date) -> bool:
    """Whether a card is past the last day of its month."""
    return (year, month) < (today.year, today.month)


def read(number: str, expiry: str, cvc: str, today: date) -> Presented:
    """The listed card that was typed, or CardRefused naming the field and what to do.

    The refusal never repeats what was typed.
    """
    card = _BY_NUMBER.get(re.sub(r"[\s-]", "", number[:40]))
    if card is None:
        raise CardRefused(
            gettext(
                "This page takes only the test numbers listed below. Never type a real card here."
            ),
            field="number",
        )
    month, year = _read_expiry(expiry, today)
    if not re.fullmatch(r"[0-9]{3,4}", cvc.strip()):
        raise CardRefused(gettext("Type any three digits as security code."), field="cvc")
    return Presented(card, month, year)


def _read_expiry(text: str, today: date) -> tuple[int, int]:
    typed = re.fullmatch(r"\s*([0-9]{1,2})\s*[/-]?\s*(?:20)?([0-9]{2})\s*", text[:20])
    if typed is None or not 1 <= int(typed[1]) <= 12:
        raise CardRefused(
            gettext("Type the expiry as month and year, such as 12/34."), field="expiry"
        )
    month, year = int(typed[1]), 2000 + int(typed[2])
    if expired(year, month, today):
        raise CardRefused(gettext("Choose an expiry that is not over yet."), field="expiry")
    return month, year
