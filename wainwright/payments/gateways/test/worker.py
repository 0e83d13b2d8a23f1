"""The vendor's background work; the shop's worker lends it a hand."""

from __future__ import annotations

from pathlib import Path

from wainwright.core.http import Http
from wainwright.payments.gateways.test import webhooks
from wainwright.payments.gateways.test.desk import Desk
from wainwright.payments.gateways.test.ledger import Ledger
from wainwright.payments.gateways.test.rows import Account

_ANSWER_SECONDS = 10.0
_LARGEST_ANSWER = 64_000


def deliver_webhooks(path: Path | str, http: Http | None = None, *, limit: int = 200) -> int:
    """Settles pending charges that are due, then sends due webhooks; the number that arrived.

    May run in several workers at once, and does nothing where there is no ledger yet.
    """
    ledger = Ledger(path)
    if not ledger.path.exists():
        return 0
    with ledger.writing() as books:
        for account in list(books.rows(Account, "TRUE", {})):
            Desk(books, account.ref, account.now()).catch_up()
    if http is not None:
        return webhooks.deliver(ledger, http, limit=limit)
    with Http(timeout=_ANSWER_SECONDS, max_answer=_LARGEST_ANSWER) as own:
        return webhooks.deliver(ledger, own, limit=limit)
