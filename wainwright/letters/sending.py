"""Sending what was written, and trying again until it went out.

A letter is claimed by one conditional UPDATE, which counts the attempt and moves `due_at` to the
end of a lease: a letter whose sender died is due again when the lease ends, and carries the same
Message-ID. The number of the attempt is the claim's token: what a sender writes afterwards counts
only while nobody else has claimed the letter, so one who was frozen past the lease changes nothing.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.tasks import task

from wainwright.core import clock, tenancy
from wainwright.core.sweeping import BATCH
from wainwright.letters import message, posting
from wainwright.letters.kinds import SECRET
from wainwright.letters.models import Letter

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 20  # with the pauses below, about three days
LONGEST_PAUSE = timedelta(hours=6)


@task
def send(account_id: int, mode: str, letter_id: int) -> None:
    with tenancy.scope(account_id, mode):
        send_now(letter_id)


def send_waiting(limit: int = BATCH) -> int:
    """For the sweep: tries what is due, also what a sender that died left. Returns how many.

    Stops where the mail server is away; the rest waits for the next sweep.
    """
    tried = 0
    for letter_id in list(_due().order_by("due_at", "pk").values_list("pk", flat=True)[:limit]):
        if posting.is_away():
            break
        send_now(letter_id)
        tried += 1
    return tried


def send_now(letter_id: int) -> bool:
    """Sends the letter if it is due and nobody else has it in hand; tells whether it went out."""
    letter = None if posting.is_away() else _claim(letter_id)
    if letter is None:
        return False
    try:
        mail = message.build(letter)
        if clock.wall() >= letter.due_at:
            return False  # that took longer than the lease: somebody else may have it in hand
        posting.hand_over(mail)
    except Exception as error:
        log.warning("letter %s was not sent: %s", letter.public_id, type(error).__name__)
        put_off(letter, error)
        return False
    mark_sent(letter)
    return True


def _claim(letter_id: int) -> Letter | None:
    claimed = _due().filter(pk=letter_id)
    if not claimed.update(
        state=Letter.SENDING, attempts=F("attempts") + 1, due_at=clock.wall() + LEASE
    ):
        return None
    letter: Letter = Letter.objects.select_related("business").get(pk=letter_id)
    return letter


def mark_sent(letter: Letter) -> None:
    settle(letter, state=Letter.SENT, sent_at=clock.now(), error="")


def put_off(letter: Letter, error: Exception) -> None:
    """Tries again after 1, 2, 4 … minutes, then every six hours, for about three days."""
    final = isinstance(error, posting.Undeliverable) or letter.attempts >= MAX_ATTEMPTS
    pause = timedelta(minutes=2 ** min(letter.attempts - 1, 10))
    settle(
        letter,
        state=Letter.FAILED if final else Letter.QUEUED,
        due_at=clock.wall() + min(pause, LONGEST_PAUSE),
        error=f"{type(error).__name__}: {error}"[:2000],
    )


def settle(letter: Letter, **columns: Any) -> None:
    """Writes what became of an attempt, unless the letter was claimed again meanwhile."""
    for name, value in columns.items():
        setattr(letter, name, value)
    held = Letter.objects.filter(pk=letter.pk, state=Letter.SENDING, attempts=letter.attempts)
    if not held.update(**columns):
        log.warning("letter %s was in other hands before it was settled", letter.public_id)


def _due() -> QuerySet[Letter]:
    rows: QuerySet[Letter] = Letter.objects.filter(
        state__in=[Letter.QUEUED, Letter.SENDING],
        sent_at=None,  # as the index says it
        due_at__lte=clock.wall(),
    )
    return rows.exclude(kind__in=SECRET)
