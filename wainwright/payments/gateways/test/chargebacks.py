"""Disputes at the vendor: a buyer's bank takes a payment back, and may have to give it again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from wainwright.core.ids import new_id
from wainwright.core.money import Money, exponent
from wainwright.payments.gateways.base import (
    DisputeReport,
    DisputeStatus,
    EventKind,
    RequestRejected,
)
from wainwright.payments.gateways.test import cards
from wainwright.payments.gateways.test.ledger import Books
from wainwright.payments.gateways.test.rows import ChargeRow, DisputeRow, moment, stamp
from wainwright.payments.gateways.test.webhooks import queue

OPENS_AFTER = timedelta(days=1)
ENDS_AFTER = timedelta(days=7)
TIME_TO_RESPOND = timedelta(days=7)
FEE = 15  # of whatever currency; given back when the seller wins

_DISPUTABLE = """
account = :account AND card IN ('disputed_lost', 'disputed_won') AND created_at <= :until
AND state = 'succeeded' AND refunded < minor
AND NOT EXISTS (SELECT 1 FROM disputes WHERE disputes.charge = charges.ref)
"""


def catch_up(books: Books, account: str, now: datetime) -> None:
    """Opens and ends what the cards bring by themselves until now."""
    until: dict[str, str | None] = {"account": account, "until": stamp(now - OPENS_AFTER)}
    for charge in list(books.rows(ChargeRow, _DISPUTABLE, until)):
        opened = open_dispute(books, charge, None, moment(charge.created_at) + OPENS_AFTER)
        opened.ends = cards.by_code(charge.card).dispute
        opened.ends_at = stamp(moment(opened.created_at) + ENDS_AFTER)
        books.save(opened)
    due: dict[str, str | None] = {"account": account, "now": stamp(now)}
    over = "account = :account AND state = 'open' AND ends_at <= :now"
    for dispute in list(books.rows(DisputeRow, over, due)):
        end(books, dispute, dispute.ends, moment(dispute.ends_at or ""))


def open_dispute(books: Books, charge: ChargeRow, amount: Money | None, at: datetime) -> DisputeRow:
    """Takes `amount` back, or all that is left; more than that is RequestRejected."""
    left = charge.minor - charge.refunded - taken_back(books, charge)
    minor = left if amount is None else amount.minor
    if charge.state != "succeeded" or not 0 < minor <= left:
        raise RequestRejected(f"{left} {charge.currency} minor units are left to dispute")
    dispute = DisputeRow(
        ref=new_id("test_dispute"),
        account=charge.account,
        charge=charge.ref,
        minor=minor,
        currency=charge.currency,
        reason="fraudulent",
        created_at=stamp(at),
        changed_at=stamp(at),
    )
    books.add(dispute)
    _tell(books, dispute, charge, EventKind.DISPUTE_OPENED, at)
    return dispute


def end(books: Books, dispute: DisputeRow, state: str, at: datetime) -> None:
    """The bank has decided: "won" by the seller, or "lost"."""
    dispute.state, dispute.changed_at = state, stamp(at)
    books.save(dispute)
    charge = books.find(ChargeRow, ref=dispute.charge)
    assert charge is not None
    _tell(books, dispute, charge, EventKind.DISPUTE_CLOSED, at)


def taken_back(books: Books, charge: ChargeRow) -> int:
    of_charge = "charge = :charge AND state IN ('open', 'lost')"
    return sum(row.minor for row in books.rows(DisputeRow, of_charge, {"charge": charge.ref}))


def since(books: Books, account: str, moment_: datetime) -> Iterator[DisputeReport]:
    values: dict[str, str | None] = {"account": account, "since": stamp(moment_)}
    where = "account = :account AND changed_at >= :since"
    for row in list(books.rows(DisputeRow, where, values, "ORDER BY changed_at, ref")):
        yield report(row)


def report(row: DisputeRow) -> DisputeReport:
    opened_at = moment(row.created_at)
    fee = 0 if row.state == "won" else FEE * 10 ** exponent(row.currency)
    return DisputeReport(
        ref=row.ref,
        charge_ref=row.charge,
        status=DisputeStatus(row.state),
        amount=row.amount,
        opened_at=opened_at,
        fee=Money(fee, row.currency),
        reason=row.reason,
        respond_by=opened_at + TIME_TO_RESPOND,
    )


def _tell(
    books: Books, dispute: DisputeRow, charge: ChargeRow, kind: EventKind, at: datetime
) -> None:
    queue(books, dispute.account, charge.webhook_url, kind, dispute.ref, at)
