"""What waits for the seller's word, and what his word does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from statistics import median
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from wainwright.accounts.models import Business
from wainwright.billing import course, leftover, owing, states
from wainwright.billing.errors import MoveRefused
from wainwright.billing.events import (
    BillingHeld,
    SubscriptionCancelled,
    SubscriptionCompleted,
)
from wainwright.billing.models import Hold, Period, Rules, Run, Subscription
from wainwright.billing.moving import move
from wainwright.billing.planning import Charge, Draft
from wainwright.billing.rulebook import RuleBook
from wainwright.billing.standing import standing_of
from wainwright.core import audit, clock, events
from wainwright.core.actors import SYSTEM, Actor
from wainwright.core.ids import new_id
from wainwright.core.models import EventRow
from wainwright.core.money import Money
from wainwright.core.prepared import Slot, prepared
from wainwright.payments import refunds
from wainwright.payments.models import Dispute, Refund

# Fewer days or charges than these have no usual course from which a run could stray.
DAYS_OF_HISTORY, CHARGES_OF_A_RUN = 7, 20
REMEMBERED_DAYS = 30


def ask_about_missed(subscription: Subscription) -> None:
    """More periods passed while nothing ran than the one just paid: the seller decides on them.

    A locked subscription, changed but not saved.
    """
    rule = RuleBook.read().of(subscription.product_id).missed
    if rule == Rules.CHARGE:
        return
    last = _current_number(subscription)
    if rule == Rules.SKIP:
        _leave_out(subscription, before=last + 1)
        return
    subscription.next_due_at = None
    amount = subscription.last_gross or 0
    _open(
        Hold.MISSED,
        subscription,
        amount=amount * (last + 1 - subscription.payments_made),
        since=subscription.due(subscription.payments_made),
        until=subscription.due(last + 1),
    )


def _current_number(subscription: Subscription) -> int:
    """The payment of the period that runs now; of a limited plan at most its last."""
    number, now = subscription.payments_made, clock.now()
    last = subscription.payments_total
    while subscription.due(number + 1) <= now and (last is None or number + 1 < last):
        number += 1
    return number


def _leave_out(subscription: Subscription, *, before: int) -> None:
    """The periods up to that number are never charged; payments owed stay as many as they were."""
    subscription.anchor_number -= before - subscription.payments_made
    subscription.next_due_at = subscription.due(subscription.payments_made)


def is_far_above(charge: Charge, rules: Rules) -> bool:
    """Whether a charge is out of all proportion to the last one of its subscription."""
    last, gross = charge.standing.last_gross, charge.line.gross.minor
    if not last or not rules.charge_factor:
        return False
    return gross > max(last * rules.charge_factor, charge.standing.vouched_gross or 0)


def ask_about_charge(subscription: Subscription, charge: Charge) -> None:
    """This charge waits. Call inside a transaction, with the subscription locked."""
    Subscription.objects.filter(pk=subscription.pk).update(next_due_at=None)
    gross = charge.line.gross.minor
    _open(Hold.CHARGE, subscription, amount=gross, usual=subscription.last_gross)


@prepared
def held_currencies() -> QuerySet[Hold, str]:
    """In these no new bill is opened until the seller has looked at the run."""
    held = Hold.objects.filter(kind=Hold.RUN, decided_at=None)
    return held.values_list("currency", flat=True)


def within_usual(drafts: Sequence[Draft], rules: Rules) -> list[Draft]:
    """The bills that may be opened; where a day's run strays from the usual, none of its currency.

    Call inside a transaction; what is let through is counted.
    """
    kept = []
    for currency in sorted({draft.totals.currency for draft in drafts}):
        run = [draft for draft in drafts if draft.totals.currency == currency]
        if _may_run(currency, run, rules):
            kept += run
    return kept


def _may_run(currency: str, drafts: Sequence[Draft], rules: Rules) -> bool:
    if currency in held_currencies():
        return False
    (business,) = _own_business()
    run = _run_of(currency, clock.today(business.zone))
    charges = run.charges + len(drafts)
    total = run.total + sum(draft.totals.gross.minor for draft in drafts)
    usual = _usual(currency, run)
    strays = (
        usual is not None
        and charges >= CHARGES_OF_A_RUN
        and rules.run_factor > 0
        and total > usual * rules.run_factor
    )
    if strays and not run.vouched:
        _tell(
            _held(Hold.RUN, business_id=business.pk, currency=currency, amount=total, usual=usual)
        )
        return False
    Run.objects.filter(pk=run.pk).update(
        charges=F("charges") + len(drafts), total=F("total") + (total - run.total)
    )
    return True


@prepared
def _own_business() -> QuerySet[Business]:
    return Business.objects.filter(is_own=True)


def _run_of(currency: str, day: date) -> Run:
    found = _runs.first(currency, day)
    return found or Run.objects.get_or_create(currency=currency, day=day)[0]


@prepared
def _runs(currency: Slot, day: Slot) -> QuerySet[Run]:
    return Run.objects.filter(currency=currency, day=day)


@prepared
def _totals_before(currency: Slot, day: Slot) -> QuerySet[Run, int]:
    days = Run.objects.filter(currency=currency, day__lt=day, total__gt=0)
    return days.order_by("-day").values_list("total", flat=True)[:REMEMBERED_DAYS]


def _usual(currency: str, today: Run) -> int | None:
    """The median of the days before; None while there are too few of them."""
    totals = _totals_before(currency, today.day)
    return int(median(totals)) if len(totals) >= DAYS_OF_HISTORY else None


def decide(hold: Hold, decision: str, *, by: Actor) -> Hold:
    """The seller's word, once: a second one changes nothing.

    MISSED: all of them, one (the period that runs now) or skip. CHARGE: go_on, or skip the period.
    RUN: go_on. DISPUTE: go_on, once the bank has decided. CREDIT: go_on gives back what it can,
    skip leaves it. LOST: go_on, or skip what is due: it was paid. MoveRefused for another word.
    """
    begun: list[Refund] = []
    with transaction.atomic():
        subscription = Subscription.locked(hold.subscription_id) if hold.subscription_id else None
        hold = Hold.locked(hold.pk)
        if hold.decided_at is not None:
            return hold
        if decision not in choices_of(hold):
            raise MoveRefused(_("That cannot be decided here."))
        hold.decided_at, hold.decision, hold.by = clock.now(), decision, by.label[:254]
        hold.save(update_fields=["decided_at", "decision", "by"])
        if subscription is None:
            Run.objects.filter(currency=hold.currency).update(vouched=True)
        elif hold.kind == Hold.CREDIT:
            if decision == Hold.GO_ON:
                begun = leftover.begin_return(subscription.customer_id, hold.currency, by=by)
        else:
            _obey(subscription, hold, by)
            subscription.version += 1
            subscription.save()
        audit.note(
            f"billing.decided_{decision}",
            subscription.public_id if subscription else hold.public_id,
            by=by,
            business_id=hold.business_id,
        )
    for refund in begun:
        refunds.send(refund)
    return hold


CHOICES = {
    Hold.MISSED: (Hold.ALL, Hold.ONE, Hold.SKIP),
    Hold.CHARGE: (Hold.GO_ON, Hold.SKIP),
    Hold.RUN: (Hold.GO_ON,),
    Hold.DISPUTE: (Hold.GO_ON,),
    Hold.CREDIT: (Hold.GO_ON, Hold.SKIP),
    Hold.LOST: (Hold.SKIP, Hold.GO_ON),
}


def choices_of(hold: Hold) -> tuple[str, ...]:
    """What may be decided of it now: of a chargeback nothing until the bank has decided, and credit
    only stays where nothing of it can go back."""
    if hold.subscription is not None and hold.kind == Hold.DISPUTE:
        return () if charged_back(hold.subscription, Dispute.OPEN) else CHOICES[hold.kind]
    if hold.kind == Hold.CREDIT and not returnable(hold):
        return (Hold.SKIP,)
    return CHOICES[hold.kind]


def returnable(hold: Hold) -> Money:
    """How much of the credit that is left can go back."""
    assert hold.subscription is not None
    return leftover.returnable(hold.subscription.customer_id, hold.currency)


def ask_about_credit(event: SubscriptionCancelled | SubscriptionCompleted, row: EventRow) -> None:
    """Nothing of its customer's runs any more that could use his credit: it may go back."""
    subscription = Subscription.objects.get(pk=event.subscription_id)
    left = leftover.unused(subscription)
    if left:
        _open(Hold.CREDIT, subscription, amount=left.minor)


def stop_for_dispute(subscription: Subscription, amount: int) -> None:
    """Nothing more is collected for it until the bank and, if it was lost, the seller have decided.

    A locked subscription. Whoever sells is told of the chargeback itself.
    """
    subscription.next_due_at = None
    subscription.version += 1
    subscription.save()
    held = Hold.objects.filter(subscription=subscription, kind=Hold.DISPUTE, decided_at=None)
    if held.exists():
        return
    _note(
        _held(
            Hold.DISPUTE,
            subscription=subscription,
            business_id=subscription.business_id,
            currency=subscription.currency,
            amount=amount,
        )
    )


def ask_about_lost(subscription: Subscription, taken: Money, at: datetime) -> None:
    """The gateway took that sum at that moment, perhaps for this locked one: the seller knows."""
    Subscription.objects.filter(pk=subscription.pk).update(next_due_at=None)
    _open(Hold.LOST, subscription, amount=taken.minor, currency=taken.currency, since=at)


def charged_back(subscription: Subscription, *in_states: str) -> bool:
    """Whether a payment of it is charged back, and the chargeback in one of these states."""
    bills = Period.objects.filter(subscription=subscription).values("bill")
    disputes = Dispute.objects.filter(payment__bill__in=bills, state__in=in_states)
    return bool(disputes.exists())


def without_stopped(due: QuerySet[Subscription]) -> QuerySet[Subscription]:
    """Of what is due, that which no chargeback stops, nor a charge that may have been for it."""
    stopped = Hold.objects.filter(subscription=OuterRef("pk"), kind__in=Hold.STOPS, decided_at=None)
    return due.exclude(Exists(stopped))


def _obey(subscription: Subscription, hold: Hold, by: Actor) -> None:
    made, now = subscription.payments_made, clock.now()
    last = _current_number(subscription)
    if hold.decision == Hold.SKIP:
        if hold.kind == Hold.LOST and subscription.open_bill_id is not None:
            _was_paid(subscription, by)
        _leave_out(subscription, before=last + 1 if subscription.due(made) <= now else made)
    elif hold.kind in Hold.STOPS:
        subscription.next_due_at = _due_again(subscription)
    elif hold.kind == Hold.CHARGE:
        subscription.vouched_gross = hold.amount
        subscription.next_due_at = subscription.due(made)
    elif hold.decision == Hold.ONE:
        _leave_out(subscription, before=last)
    else:
        subscription.catch_up_to = last
        subscription.next_due_at = subscription.due(made)


def _was_paid(subscription: Subscription, by: Actor) -> None:
    """What is open of it was paid before the restore, and is not owed any more."""
    why = "it was paid before the restore"
    owing.owe_no_more(subscription, why=why, by=by)
    subscription.failures = 0
    if subscription.state == states.PAST_DUE:
        move(subscription, states.ACTIVE, by=by, reason=why)


def _due_again(subscription: Subscription) -> datetime | None:
    """What is owed is tried again at once, what comes next on its day."""
    if subscription.state not in states.BILLABLE:
        return None
    if subscription.open_bill_id is not None:
        return clock.now()
    return course.next_due(standing_of(subscription))


def _open(
    kind: str,
    subscription: Subscription,
    *,
    amount: int,
    currency: str = "",
    usual: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    if Hold.objects.filter(subscription=subscription, kind=kind, decided_at=None).exists():
        return
    _tell(
        _held(
            kind,
            business_id=subscription.business_id,
            currency=currency or subscription.currency,
            subscription=subscription,
            amount=amount,
            usual=usual,
            since=since,
            until=until,
        )
    )


def _held(kind: str, **fields: Any) -> Hold:
    hold: Hold = Hold.objects.create(
        public_id=new_id("hold"), kind=kind, opened_at=clock.now(), **fields
    )
    return hold


def _note(hold: Hold) -> None:
    audit.note(f"billing.held_{hold.kind}", hold.public_id, by=SYSTEM, business_id=hold.business_id)


def _tell(hold: Hold) -> None:
    _note(hold)
    events.announce(
        BillingHeld(
            business_id=hold.business_id, hold_id=hold.pk, subscription_id=hold.subscription_id
        )
    )
