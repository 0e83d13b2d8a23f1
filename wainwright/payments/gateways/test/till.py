"""The desk behind the hosted card page: what a buyer does with a start.

It knows no seller and no shop, only the start's ref, which nobody can guess. Each act is one
transaction, so of two tabs paying at once the second finds the work done.
"""

from __future__ import annotations

from datetime import datetime

from wainwright.core.ids import new_id
from wainwright.payments.gateways.base import Decline, EventKind, Intent
from wainwright.payments.gateways.test import bank, cards
from wainwright.payments.gateways.test.cards import Presented
from wainwright.payments.gateways.test.ledger import Books, Ledger
from wainwright.payments.gateways.test.rows import Account, ChargeRow, MethodRow, StartRow, stamp
from wainwright.payments.gateways.test.webhooks import queue


class Till:
    """The acts of one ledger's card pages. Each answers the start as it is afterwards, or None
    where there is no such start; one that ran out comes back as void."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def look(self, ref: str) -> StartRow | None:
        with self._ledger.reading() as books:
            return _at(books, ref)[0]

    def pay(self, ref: str, number: str, expiry: str, cvc: str) -> StartRow | None:
        """Takes a typed card: the start is then done, challenged, or open with a decline.

        Raises CardRefused for anything but a listed number, before anything is written.
        """
        with self._ledger.writing() as books:
            start, now = _at(books, ref)
            if start is None or start.state != "open":
                return start
            shown = cards.read(number, expiry, cvc, now.date())
            start.card, start.month, start.year = shown.card.code, shown.month, shown.year
            if shown.card.asks:
                start.state, start.decline = "challenged", None
            else:
                _present(books, start, shown, now)
            books.save(start)
        return start

    def authenticate(self, ref: str, *, passed: bool) -> StartRow | None:
        """The buyer's answer to his bank's question. Failing it lets him try again."""
        with self._ledger.writing() as books:
            start, now = _at(books, ref)
            if start is None or start.state != "challenged":
                return start
            if not passed:
                start.decline = Decline.AUTHENTICATION_REQUIRED.value
                start.state = "challenged" if start.resumes else "open"
            elif start.resumes:
                _resume(books, start, now)
            else:
                assert start.card is not None
                assert start.month is not None
                assert start.year is not None
                shown = Presented(cards.by_code(start.card), start.month, start.year)
                _present(books, start, shown, now)
            books.save(start)
        return start


def _at(books: Books, ref: str) -> tuple[StartRow | None, datetime]:
    """The start and its seller's now."""
    start = books.find(StartRow, ref=ref)
    if start is None:
        return None, datetime.min  # noqa: DTZ901
    account = books.find(Account, ref=start.account)
    assert account is not None
    now = account.now()
    if start.closed(now):
        start.state = "void"
    return start, now


def _present(books: Books, start: StartRow, shown: Presented, now: datetime) -> None:
    """Shows the card to the bank: a decline leaves the page open for another card."""
    answer = shown.card.present
    if isinstance(answer, Decline):
        start.state, start.decline = "open", answer.value
        return
    start.state, start.decline = "done", None
    if start.intent != Intent.PAY:
        start.method = _save_method(books, start, shown, now)
    if start.intent == Intent.SAVE_ONLY:
        queue(
            books,
            start.account,
            start.webhook_url,
            EventKind.METHOD_CHANGED,
            start.method or "",
            now,
            start=start.ref,
            key=start.key,
        )
    else:
        start.charge = _take(books, start, answer, now)


def _save_method(books: Books, start: StartRow, shown: Presented, now: datetime) -> str:
    method = MethodRow(
        ref=new_id("test_method"),
        account=start.account,
        key=start.key,
        customer=start.customer,
        card=shown.card.code,
        last4=shown.last4,
        month=shown.month,
        year=shown.year,
        created_at=stamp(now),
    )
    books.add(method)
    return method.ref


def _take(books: Books, start: StartRow, answer: cards.Answer, now: datetime) -> str:
    charge = ChargeRow(
        ref=new_id("test_charge"),
        account=start.account,
        key=start.key,
        request=start.request,
        customer=start.customer,
        card=start.card or "",
        method=start.method,
        start=start.ref,
        minor=start.minor,
        currency=start.currency,
        description=start.statement,
        webhook_url=start.webhook_url,
        network_ref=new_id("test_network"),
        created_at=stamp(now),
        changed_at=stamp(now),
    )
    books.add(bank.apply(charge, answer, now))
    bank.tell_of_charge(books, charge, now)
    return charge.ref


def _resume(books: Books, start: StartRow, now: datetime) -> None:
    """The buyer confirmed a charge that had waited for him."""
    charge = books.find(ChargeRow, ref=start.resumes)
    assert charge is not None
    start.state, start.decline, start.charge = "done", None, charge.ref
    card = cards.by_code(charge.card)
    books.save(bank.apply(charge, card.present, now))
    bank.tell_of_charge(books, charge, now)
