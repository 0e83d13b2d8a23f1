"""What a restored database has lost of the renewals: made anew from the gateway's books.

A charge is booked where it is, to the cent, what its payer owed by then. For any other of his,
billing stops what it may have paid and asks the seller, so that nothing is charged twice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from django.db import transaction

from wainwright.billing import credit, holds, owing, planning, renewals
from wainwright.billing.collecting import Owed
from wainwright.billing.models import Subscription
from wainwright.billing.planning import Draft
from wainwright.billing.standing import standing_of
from wainwright.core import audit, locks, many
from wainwright.core.actors import GATEWAY, SYSTEM
from wainwright.core.money import Money
from wainwright.core.sweeping import BATCH
from wainwright.payments import attempts, bills, janitor, reconciling
from wainwright.payments.gateways.base import Intent
from wainwright.payments.lost import Lost
from wainwright.payments.models import Bill, Payment
from wainwright.tax.queries import Rates


def reconcile_due(limit: int = BATCH) -> int:
    """For the sweep: compares each connection's books once a day; how many were compared."""
    return reconciling.reconcile_due(limit, mend=renew_lost)


def renew_lost(lost: Lost) -> Payment | None:
    """The payment of a lost renewal, begun anew under its old key; whoever asked books it.

    None where it is not clear for what it was: then what it may have paid waits for the seller.
    """
    unanswered = {each.bill_id for each in _under_way(lost)}
    with transaction.atomic():
        locks.hold([lost.payer.public_id])
        running = renewals.locked_of([lost.payer.pk])
        for name in ("business", "method", "open_bill"):
            many.fill(running, name)
        owed = _meant(lost, running, unanswered)
        if owed is not None:
            return _begun(lost, owed)
        for each in _perhaps_paid(lost, running):
            taken = lost.charge.outcome.amount or Money.zero(each.currency)
            holds.ask_about_lost(each, taken, lost.charge.created_at)
    return None


def _under_way(lost: Lost) -> list[Payment]:
    """Attempts of the payer without an answer, even now that the gateway is asked again."""
    rows = Payment.objects.filter(
        customer=lost.payer, purpose=Payment.RENEWAL, state__in=Payment.IN_FLIGHT
    )
    asked = [janitor.resolve(each) for each in rows.select_related("connection__business")]
    return [each for each in asked if each.state in Payment.IN_FLIGHT]


def _meant(
    lost: Lost, running: Sequence[Subscription], unanswered: Collection[int | None]
) -> Owed | None:
    """What the payer owed by then that comes to this very sum, if anything does."""
    for owed in _open_then(running):
        if bills.rest_of(owed.bill) == lost.taken and owed.bill.pk not in unanswered:
            return owed
    if lost.on_page:  # on which one pays what is overdue, or buys something new
        return None
    for draft in _due_then(lost, running):
        if draft.totals.gross == lost.taken:
            return _opened(lost, draft, running)
    return None


def _open_then(running: Sequence[Subscription]) -> list[Owed]:
    found: dict[int, Owed] = {}
    for each in running:
        if each.open_bill is not None:
            found.setdefault(each.open_bill.pk, Owed(each.open_bill, [], tried=True))
            found[each.open_bill.pk].debtors.append(each)
    return list(found.values())


def _due_then(lost: Lost, running: Sequence[Subscription]) -> list[Draft]:
    """The bills that were due when the charge was made, lowered by the payer's credit."""
    standings = [standing_of(each) for each in running if each.open_bill is None]
    rates = Rates.of({product for each in standings for product in each.products})
    drafts = planning.bills_due(standings, lost.charge.created_at, rates)
    return planning.with_credit(drafts, credit.purse_of([lost.payer.pk]))


def _opened(lost: Lost, draft: Draft, running: Sequence[Subscription]) -> Owed:
    billed = {charge.standing.id for charge in draft.charges}
    owing.drop_changes(billed, why="the next period began", by=SYSTEM)
    by_id = {each.pk: each for each in running}
    [owed] = renewals.open_drafts([draft], by_id, at=lost.charge.created_at)
    return owed


def _begun(lost: Lost, owed: Owed) -> Payment:
    assert lost.taken is not None
    bill: Bill = owed.bill
    payment = attempts.prepared(
        business_id=bill.business_id,
        purpose=Payment.RENEWAL,
        intent=Intent.PAY if lost.method else Intent.PAY_AND_SAVE,
        amount=lost.taken,
        bill=bill,
        connection=lost.connection,
        method=lost.method,
        customer_id=lost.payer.pk,
        subject=owed.debtors[0].public_id,
        raw={"recovered": lost.charge.created_at.isoformat()},
    )
    assert lost.charge.key is not None
    payment.public_id, payment.start_ref = lost.charge.key, lost.charge.start_ref or ""
    audit.note(
        "payment.recovered",
        payment.public_id,
        by=GATEWAY,
        business_id=bill.business_id,
        charge=lost.charge.ref,
    )
    return attempts.begin_all([payment])[0]


def _perhaps_paid(lost: Lost, running: Sequence[Subscription]) -> Iterator[Subscription]:
    """Paid on a page it was overdue by then; charged without one, it may be any of the payer's."""
    for each in running:
        due = each.next_due_at
        if due is not None and (not lost.on_page or due <= lost.charge.created_at):
            yield each
