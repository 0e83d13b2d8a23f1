"""Playing the story on the test clock, day by day, until it is today."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.tasks import task_backends
from django.tasks.backends.dummy import DummyBackend

from wainwright import wiring
from wainwright.accounts.models import Account, Member, User
from wainwright.accounts.opening import open_account
from wainwright.core import clock, events, tenancy
from wainwright.demo import postman, story
from wainwright.demo.shops import AGENCY
from wainwright.demo.stage import Stage
from wainwright.letters import sending
from wainwright.letters.models import Letter
from wainwright.payments import reconciling
from wainwright.payments.gateways.test.ledger import LEDGER_FILE, Ledger
from wainwright.payments.gateways.test.rows import Message

PASSWORD = "wainwright-demo"  # noqa: S105 - printed wherever the demo starts
DAY = timedelta(days=1)
MOST_LETTERS_BEHIND = 15  # then the helper is helped


def seed(
    *,
    days: int = story.DAYS,
    buyers: int = story.BUYERS,
    helped: bool = False,
    on_day: Callable[[int, int], None] = lambda day, days: None,
) -> Account:
    """Opens the agency and lets its story happen; the test clock then stands at now.

    When it is over every letter has been sent and nothing waits. `helped` lets a process of its own
    carry the letters away. For a database in which nobody lives yet.
    """
    owner = _open()
    acts = story.tell(days=days, buyers=buyers)
    helper = postman.at_work(owner.account_id) if helped else nullcontext()
    # No answer is lost here: the books are compared once, when the worker first looks.
    left_out = (reconciling.reconcile_due, *((sending.send_waiting,) if helped else ()))
    with _in_haste(), _no_queue(), tenancy.scope(owner.account_id, tenancy.TEST), helper:
        stage = Stage(owner)
        for day in range(days):
            on_day(day + 1, days)
            while acts and acts[0].at < day + 1:
                act = acts.pop(0)
                clock.set_offset(DAY * (act.at - days))
                stage.play(act)
                events.deliver_waiting()
            clock.set_offset(DAY * (day + 1 - days))
            wiring.sweep_account(owner.account_id, tenancy.TEST, without=left_out)
            if Letter.objects.filter(sent_at=None).count() > MOST_LETTERS_BEHIND:
                sending.send_waiting()
        _tidy_up()
    return owner.account


def _open() -> Member:
    email, name = AGENCY.user
    owner = open_account(
        slug=AGENCY.slug, name=AGENCY.name, email=email, zone=AGENCY.identity["zone"]
    )
    owner.user.name = name
    owner.user.save()
    return owner


def _tidy_up() -> None:
    """Nothing is left unsent, nor any message of the gateway about what was answered long ago; and
    everybody gets the password."""
    while events.deliver_waiting() or sending.send_waiting():
        pass
    with Ledger(settings.DATA / LEDGER_FILE).writing() as books:
        for message in list(books.rows(Message, "next_at IS NOT NULL", {})):
            message.next_at = None
            books.save(message)
    for user in User.objects.all():
        user.set_password(PASSWORD)
        user.save()


@contextmanager
def _in_haste() -> Iterator[None]:
    """Whoever pulls the plug starts the demo anew: nothing need be on the disk before the end."""
    logging.disable(logging.WARNING)  # a name in a script that no font shows is part of the demo
    _sqlite("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        _sqlite("PRAGMA synchronous=FULL")
        logging.disable(logging.NOTSET)


@contextmanager
def _no_queue() -> Iterator[None]:
    """Nobody works on tasks yet: each day's sweep finds all there is to do from rows."""
    task_backends["default"] = DummyBackend("default", {})
    try:
        yield
    finally:
        del task_backends["default"]


def _sqlite(statement: str) -> None:
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(statement)
