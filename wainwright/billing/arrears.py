"""Paying what is overdue on another day or in parts, as the customer chose within the limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate

from django.db import transaction
from django.utils.translation import gettext as _

from wainwright.billing import owing
from wainwright.billing.models import Instalment, Period, Subscription
from wainwright.billing.planning import Part
from wainwright.billing.rulebook import RuleBook
from wainwright.core import audit, clock
from wainwright.core.actors import Actor
from wainwright.core.dates import add_days
from wainwright.core.errors import Conflict, Refused
from wainwright.core.models import EventRow
from wainwright.core.money import Money, total
from wainwright.payments import bills
from wainwright.payments.events import PartPaid
from wainwright.payments.models import Bill, Payment
from wainwright.payments.queries import payment_of


@dataclass(frozen=True, slots=True)
class Limits:
    """What the seller lets a customer choose for what is overdue: until `last` and so many parts.

    Nothing may be chosen where `last` is None.
    """

    rest: Money
    last: datetime | None
    most_parts: int

    @property
    def least_part(self) -> Money:
        """So much at least is paid at first, so that no more parts are needed than allowed."""
        return self.rest.split([1] * self.most_parts)[0]


@dataclass(frozen=True, slots=True)
class Due:
    """What is to be charged of a bill `now`, by what was agreed; before `next_at` nothing is."""

    now: Money
    leaves_rest: bool
    next_at: datetime | None = None


def limits(subscription: Subscription) -> Limits:
    """Of the bill that the subscription owes. Days are counted from the bill's; one agreement a
    bill; and all must be paid before the next payment falls due."""
    bill = subscription.open_bill
    assert bill is not None
    rules, rest = RuleBook.read().of(subscription.product_id), bills.rest_of(bill)
    none = Limits(rest, None, 1)
    if not rules.postpone_days or Instalment.objects.filter(bill=bill).exists():
        return none
    ends = Period.objects.filter(bill=bill).values_list("ends_at", flat=True)
    last = min(add_days(bill.due_at, rules.postpone_days, subscription.zone), *ends)
    if last <= clock.now() + timedelta(days=1):
        return none
    return Limits(rest, last, min(max(rules.most_parts, 1), rest.minor))


def on_day(allowed: Limits, moment: datetime) -> list[Part]:
    """All of it on another day."""
    return [Part(moment, allowed.rest)]


def part_now(allowed: Limits, amount: Money, now: datetime) -> list[Part]:
    """A part now and the rest on the last day. Refused where too little or nothing is left."""
    if not allowed.least_part <= amount or not amount < allowed.rest:
        raise Refused(
            _("Choose a sum from %(least)s to less than %(rest)s %(currency)s.")
            % {
                "least": allowed.least_part.plain(),
                "rest": allowed.rest.plain(),
                "currency": amount.currency,
            },
            field="amount",
        )
    assert allowed.last is not None
    return [Part(now, amount), Part(allowed.last, allowed.rest - amount)]


def in_parts(allowed: Limits, count: int, now: datetime) -> list[Part]:
    """Equal parts, the first now and the last on the last day; they add up to what is owed."""
    assert allowed.last is not None
    last, step = allowed.last, (allowed.last - now) / (count - 1)
    sums = allowed.rest.split([1] * count)
    return [Part(min(now + step * number, last), each) for number, each in enumerate(sums)]


def agree(subscription: Subscription, parts: Sequence[Part], *, by: Actor) -> None:
    """The bill is paid in these parts. The tries go on from the first part's day.

    Refused beyond the seller's limits, and while a payment is under way.
    """
    with transaction.atomic():
        subscription = Subscription.locked(subscription.pk)
        if subscription.open_bill_id is None:
            raise Conflict(_("Nothing is owed any more. Nothing was charged."))
        subscription.open_bill = bill = Bill.locked(subscription.open_bill_id)
        _check(limits(subscription), parts)
        if Payment.objects.filter(bill=bill, state__in=Payment.IN_FLIGHT).exists():
            raise Conflict(_("A payment for this is under way already."))
        Instalment.objects.bulk_create(
            Instalment(
                business_id=bill.business_id,
                bill=bill,
                number=number,
                due_at=part.at,
                amount=part.sum.minor,
                currency=part.sum.currency,
            )
            for number, part in enumerate(parts, 1)
        )
        _try_from(owing.debtors(bill.pk), parts[0].at)
        audit.note(
            "bill.instalments_agreed",
            bill.public_id,
            by=by,
            business_id=bill.business_id,
            parts=[[part.at.isoformat(), part.sum.minor] for part in parts],
        )


def _check(allowed: Limits, parts: Sequence[Part]) -> None:
    days = [part.at for part in parts]
    fits = allowed.last is not None and len(parts) <= allowed.most_parts
    if not fits or allowed.last is None or max(days) > allowed.last or days != sorted(days):
        raise Refused(_("That day or that many parts cannot be chosen. Nothing was changed."))
    assert sum(part.sum.minor for part in parts) == allowed.rest.minor


def _try_from(debtors: Sequence[Subscription], moment: datetime) -> None:
    """Of the tries one is left at least, which is made on the agreed day."""
    for subscription in debtors:
        tries = len(RuleBook.read().of(subscription.product_id).retry_after_days)
        subscription.failures = min(subscription.failures, tries)
        subscription.next_due_at = moment
        subscription.save(update_fields=["failures", "next_due_at"])


def due_of(owed: Sequence[Bill]) -> dict[int, Due]:
    """What is to be charged now of those bills for which something was agreed."""
    if not owed:
        return {}
    agreed: dict[int, list[Instalment]] = defaultdict(list)
    for row in Instalment.objects.filter(bill__in=owed).order_by("number"):
        agreed[row.bill_id].append(row)
    paid = bills.paid_parts(list(agreed)) if agreed else {}
    return {
        bill.pk: _due(bill, agreed[bill.pk], paid.get(bill.pk, 0))
        for bill in owed
        if bill.pk in agreed
    }


def _due(bill: Bill, agreed: Sequence[Instalment], paid: int) -> Due:
    """Where nothing is due by now, all of the rest may be paid, though nobody charges it."""
    rest = bill.gross - paid
    due = sum(row.amount for row in agreed if row.due_at <= clock.now()) - paid
    if due <= 0:
        unpaid = next((row for row, is_paid in _with_paid(agreed, paid) if not is_paid), None)
        return Due(Money(rest, bill.currency), False, unpaid.due_at if unpaid else None)
    return Due(Money(due, bill.currency), leaves_rest=due < rest)


def _with_paid(agreed: Sequence[Instalment], paid: int) -> list[tuple[Instalment, bool]]:
    """Each instalment with whether what was paid reaches it."""
    owed = list(accumulate(row.amount for row in agreed))
    return [(row, until <= paid) for row, until in zip(agreed, owed, strict=True)]


def note_part(event: PartPaid, row: EventRow) -> None:
    """A part is paid: the next is due on its day, and its tries begin anew."""
    bill_id = payment_of(event, row).bill_id
    assert bill_id is not None
    bill = Bill.objects.get(pk=bill_id)
    due = due_of([bill]).get(bill_id)
    for subscription in owing.debtors(bill_id):
        subscription.failures = 0
        subscription.next_due_at = (due and due.next_at) or clock.now()
        subscription.version += 1
        subscription.save()


def instalments_of(bill: Bill) -> list[tuple[Instalment, bool]]:
    """What was agreed for the bill, each part with whether it is paid."""
    rows = list(Instalment.objects.filter(bill=bill).order_by("number"))
    return _with_paid(rows, bill.gross - bills.rest_of(bill).minor) if rows else []


def to_come_of(bill_ids: Collection[int]) -> dict[int, tuple[Part, ...]]:
    """How what is left of these bills is charged, of those that are paid in parts."""
    agreed = Instalment.objects.filter(bill__in=bill_ids).values("bill")
    return {bill.pk: _to_come(bill) for bill in Bill.objects.filter(pk__in=agreed)}


def _to_come(bill: Bill) -> tuple[Part, ...]:
    """What was paid beyond one part lowers the next."""
    due, *later = [row for row, is_paid in instalments_of(bill) if not is_paid]
    parts = [Part(row.due_at, Money(row.amount, bill.currency)) for row in later]
    now = bills.rest_of(bill) - total([part.sum for part in parts], bill.currency)
    return (Part(due.due_at, now), *parts)
