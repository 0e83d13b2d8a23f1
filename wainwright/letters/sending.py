"""Sending what was written, and trying again until it went out.

A letter is claimed by one conditional UPDATE, which also moves `due_at` to the end of a lease: a
letter whose sender died is due again when the lease ends, and carries the same Message-ID.
"""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta

from django.core.mail import EmailMessage, mailers
from django.db.models import F, QuerySet
from django.tasks import task

from wainwright.core import clock, tenancy
from wainwright.core.sweeping import BATCH
from wainwright.letters import message
from wainwright.letters.kinds import SECRET
from wainwright.letters.models import Letter

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 20  # with the pauses below, about three days
LONGEST_PAUSE = timedelta(hours=6)


class Undeliverable(Exception):
    """The address can never get this letter; trying again is pointless."""


@task
def send(account_id: int, mode: str, letter_id: int) -> None:
    with tenancy.scope(account_id, mode):
        send_now(letter_id)


def send_waiting(limit: int = BATCH) -> int:
    """For the sweep: tries what is due, also what a sender that died left. Returns how many."""
    ids = list(_due().order_by("due_at", "pk").values_list("pk", flat=True)[:limit])
    for letter_id in ids:
        send_now(letter_id)
    return len(ids)


def send_now(letter_id: int) -> bool:
    """Sends the letter if it is due and nobody else has it in hand; tells whether it went out."""
    claimed = _due().filter(pk=letter_id)
    if not claimed.update(
        state=Letter.SENDING, attempts=F("attempts") + 1, due_at=clock.wall() + LEASE
    ):
        return False
    letter = Letter.objects.select_related("business").get(pk=letter_id)
    try:
        hand_over(message.build(letter))
    except Exception as error:
        log.warning("letter %s was not sent: %s", letter.public_id, type(error).__name__)
        put_off(letter, error)
        return False
    mark_sent(letter)
    return True


def hand_over(mail: EmailMessage) -> None:
    """Gives one message to the mail server. Raises Undeliverable where it says never."""
    try:
        mailers.default.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        answers = list(error.recipients.values())
        if answers and all(code >= 500 for code, _words in answers):
            raise Undeliverable(str(answers[0])) from error
        raise
    except ValueError as error:  # an address no mail can be sent to
        raise Undeliverable(str(error)) from error


def mark_sent(letter: Letter) -> None:
    letter.state, letter.sent_at, letter.error = Letter.SENT, clock.now(), ""
    letter.save(update_fields=["state", "sent_at", "error"])


def put_off(letter: Letter, error: Exception) -> None:
    """Tries again after 1, 2, 4 … minutes, then every six hours, for about three days."""
    final = isinstance(error, Undeliverable) or letter.attempts >= MAX_ATTEMPTS
    pause = timedelta(minutes=2 ** min(letter.attempts - 1, 10))
    letter.state = Letter.FAILED if final else Letter.QUEUED
    letter.due_at = clock.wall() + min(pause, LONGEST_PAUSE)
    letter.error = f"{type(error).__name__}: {error}"[:2000]
    letter.save(update_fields=["state", "due_at", "error"])


def _due() -> QuerySet[Letter]:
    rows: QuerySet[Letter] = Letter.objects.filter(
        state__in=[Letter.QUEUED, Letter.SENDING],
        sent_at=None,  # as the index says it
        due_at__lte=clock.wall(),
    )
    return rows.exclude(kind__in=SECRET)
