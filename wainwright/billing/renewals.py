"""Renewing what is due: open the day's bill, charge outside the lock, book what comes back."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from wainwright.accounts.links import link_for
from wainwright.billing import (
    collecting,
    confirming,
    credit,
    dunning,
    holds,
    methods,
    owing,
    planning,
    states,
)
from wainwright.billing.collecting import Owed
from wainwright.billing.models import Period, Subscription
from wainwright.billing.planning import Draft
from wainwright.billing.rulebook import RuleBook
from wainwright.billing.standing import standing_of
from wainwright.core import clock, locks, many
from wainwright.core.actors import SYSTEM
from wainwright.core.prepared import Each, Slot, prepared
from wainwright.core.sweeping import BATCH
from wainwright.customers.models import Customer
from wainwright.payments import attempts, bills, charging, restoring
from wainwright.payments.bills import BillDraft
from wainwright.payments.charging import Charge
from wainwright.payments.models import Bill, Payment
from wainwright.sales.totals import Totals
from wainwright.tax.queries import Rates

log = logging.getLogger(__name__)

# What falls due later on the same day is taken along; no day is longer.
A_DAY = timedelta(hours=25)


@prepared
def due_payers(now: Slot, *, held: tuple[str, ...], limit: int) -> QuerySet[Subscription, int]:
    """Whose subscriptions are due, first those that waited longest."""
    due = Subscription.objects.filter(next_due_at__lte=now)
    due = holds.without_stopped(due).exclude(open_bill=None, currency__in=held)
    return due.order_by("next_due_at", "pk").values_list("customer_id", flat=True)[:limit]


def renew_due(limit: int = BATCH) -> int:
    """For the sweep: charges up to `limit` due subscriptions; returns how many it looked at.

    After a restore nothing is charged until the owner resumes.
    """
    payers = due_payers(clock.now(), held=tuple(holds.held_currencies()), limit=limit)
    if not payers or restoring.paused():
        return 0
    try:
        charge_payers(set(payers))
    except Exception:
        log.exception("a run over several customers failed; each is charged alone")
        for payer in dict.fromkeys(payers):
            _charge_alone(payer)
    return len(payers)


def _charge_alone(customer_id: int) -> None:
    try:
        charge_payers([customer_id])
    except Exception:
        log.exception("what customer %s owes could not be charged", customer_id)


def renew(subscription_id: int) -> None:
    """Charges what is due of a subscription's customer. Two workers at once make one charge."""
    rows = Subscription.objects.filter(pk=subscription_id)
    charge_payers(list(rows.values_list("customer_id", flat=True)))


def charge_payers(customer_ids: Collection[int]) -> None:
    """Charges what these customers owe by now. Every attempt is committed before the first call."""
    confirming.settle_due(customer_ids)
    for payment in charging.charge_all(begin(customer_ids)):
        if payment.state == Payment.ABANDONED:
            dunning.try_later(payment)


def begin(customer_ids: Collection[int]) -> list[Charge]:
    """Opens the bills of what these customers owe by now and commits an attempt for each."""
    with transaction.atomic(durable=True):
        payers = Customer.objects.filter(pk__in=customer_ids)
        locks.hold(payers.values_list("public_id", flat=True))
        due = _due(customer_ids)
        owed = _still_owed(due) + _open(each for each in due if each.open_bill is None)
        begun = attempts.begin_all(collecting.attempts_for(owed))
    return [_charge(attempt) for attempt in begun]


def _due(customer_ids: Collection[int]) -> list[Subscription]:
    """What is due of them, or will be before the day is over; locked."""
    until = clock.now() + A_DAY
    running = locked_of(customer_ids)
    due = [each for each in running if each.next_due_at is not None and each.next_due_at <= until]
    for name in ("business", "method", "open_bill"):
        many.fill(due, name)
    saved = {each.method for each in due if each.method is not None}
    # One object for all who use it, as it learns whether the gateway answers.
    many.fill(saved, "connection")
    many.fill({each.connection for each in saved}, "business")
    return due


@prepared
def locked_of(customers: Each) -> QuerySet[Subscription]:
    """What may be charged of these customers, locked. Call inside a transaction."""
    rows = Subscription.objects.filter(customer__in=customers, state__in=states.BILLABLE)
    return holds.without_stopped(rows).select_for_update(of=("self",), no_key=True).order_by("pk")


def _open(fresh: Iterable[Subscription]) -> list[Owed]:
    """Opens the bills of what has none yet."""
    by_id = {each.pk: each for each in fresh}
    Subscription.objects.bulk_update(methods.choose_newest(by_id.values()), ["method"])
    standings = [standing_of(each) for each in by_id.values()]
    rates = Rates.of({product for each in standings for product in each.products})
    rules = RuleBook.read()
    drafts = _sane(planning.bills_due(standings, clock.now(), rates), by_id, rules)
    drafts = holds.within_usual(drafts, rules.account)
    if drafts:
        billed_now = {charge.standing.id for draft in drafts for charge in draft.charges}
        owing.drop_changes(billed_now, why="the next period began", by=SYSTEM)
        purse = credit.purse_of({each.customer_id for each in by_id.values()})
        drafts = planning.with_credit(drafts, purse)
    return open_drafts(drafts, by_id)


def open_drafts(
    drafts: Sequence[Draft], by_id: Mapping[int, Subscription], *, at: datetime | None = None
) -> list[Owed]:
    """Opens these bills, now or as of then, and has their subscriptions, locked, owe them."""
    opened = bills.open_bills([_bill(draft, at) for draft in drafts])
    credit.note_uses([(bill, draft.credits) for bill, draft in zip(opened, drafts, strict=True)])
    periods = [
        Period(
            business_id=bill.business_id,
            subscription_id=charge.standing.id,
            kind=Period.REGULAR,
            number=charge.number,
            starts_at=charge.starts_at,
            ends_at=charge.ends_at,
            bill=bill,
            position=position,
        )
        for bill, draft in zip(opened, drafts, strict=True)
        for position, charge in enumerate(draft.charges)
    ]
    Period.objects.bulk_create(periods)
    owed = []
    for bill, draft in zip(opened, drafts, strict=True):
        debtors = [by_id[charge.standing.id] for charge in draft.charges]
        for debtor in debtors:
            debtor.open_bill = bill
        owed.append(Owed(bill, debtors))
    Subscription.objects.bulk_update(
        [debtor for each in owed for debtor in each.debtors], ["open_bill"]
    )
    return owed


def _sane(drafts: Iterable[Draft], by_id: dict[int, Subscription], rules: RuleBook) -> list[Draft]:
    """The bills without charges far above the last ones, on which the seller is asked."""
    kept = []
    for draft in drafts:
        far = [
            charge
            for charge in draft.charges
            if holds.is_far_above(charge, rules.of(charge.line.product_id))
        ]
        for charge in far:
            holds.ask_about_charge(by_id[charge.standing.id], charge)
        asked = {charge.standing.id for charge in far}
        rest = tuple(each for each in draft.charges if each.standing.id not in asked)
        if rest:
            kept.append(Draft(draft.at, rest))
    return kept


def _bill(draft: Draft, at: datetime | None) -> BillDraft:
    first = draft.charges[0].standing
    return BillDraft(
        business_id=first.business_id,
        kind=Bill.RENEWAL,
        lines=draft.totals.lines,
        due_at=draft.at,
        customer_id=first.customer_id,
        order_id=first.order_id,
        opened_at=at,
    )


def _still_owed(due: Iterable[Subscription]) -> list[Owed]:
    """Bills opened before, whose next try is due."""
    found: dict[int, Owed] = {}
    now = clock.now()
    for each in due:
        if each.open_bill is not None and each.next_due_at and each.next_due_at <= now:
            owed = found.setdefault(each.open_bill.pk, Owed(each.open_bill, [], tried=True))
            owed.debtors.append(each)
    return list(found.values())


def _charge(payment: Payment) -> Charge:
    connection, told = payment.connection, payment.raw
    back = connection and link_for(connection.business, "hub:paid", public_id=payment.subject)
    return Charge(payment, told["description"], told["series"], return_url=back or "")


def next_totals(subscription: Subscription) -> Totals:
    """What the next payment will be, line by line; its bill holds exactly these lines."""
    standing = standing_of(subscription)
    charges = planning.next_charges(standing, Rates.of(standing.products))
    return Draft(clock.now(), charges).totals
