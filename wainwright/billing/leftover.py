"""Credit that no subscription will use any more goes back the way it was paid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from wainwright.billing import credit
from wainwright.billing.models import Change, Credit, CreditUse, Period, Subscription
from wainwright.core.actors import Actor
from wainwright.core.ids import new_id
from wainwright.core.money import Money, total
from wainwright.payments import refunds
from wainwright.payments.models import BillLine, Payment, Refund
from wainwright.payments.refund_lines import lines_to_refund
from wainwright.payments.returning import Wish, can_choose


@dataclass(frozen=True, slots=True)
class Part:
    """What can go back of one credit by one payment; of `line` alone, where it can be chosen."""

    credit: Credit
    payment: Payment
    line: BillLine | None
    amount: Money


def unused(subscription: Subscription) -> Money:
    """What its customer has in its currency, if nothing of his runs that could use it."""
    running = Subscription.objects.filter(
        customer=subscription.customer_id, currency=subscription.currency, ended_at=None
    )
    has = credit.balance(subscription.customer_id, subscription.currency)
    return Money.zero(subscription.currency) if has and running.exists() else has


def returnable(customer_id: int, currency: str) -> Money:
    """How much of the customer's credit the payments it came from let go back."""
    return total([part.amount for part in _parts(customer_id, currency)], currency)


def begin_return(customer_id: int, currency: str, *, by: Actor) -> list[Refund]:
    """Takes from the customer's credit what can go back and begins its refunds, to be sent.

    Call inside a transaction, with the lock of what the customer owes.
    """
    return [_begin(part, by) for part in _parts(customer_id, currency)]


def _begin(part: Part, by: Actor) -> Refund:
    begun = refunds.begin(
        Payment.locked(part.payment.pk),
        amount=None if part.line else part.amount,
        lines=[Wish(part.line.pk, amount=part.amount)] if part.line else [],
        note="credit that was left over",
        by=by,
        form_key=new_id("credit"),
    )
    credit.note_return(Credit.locked(part.credit.pk), begun)
    return begun


def _parts(customer_id: int, currency: str) -> list[Part]:
    """The oldest credit first; of each what its own payment still has, then what those before
    have."""
    parts: list[Part] = []
    given: Counter[Payment | BillLine | Credit] = Counter()
    for has in credit.left_to(customer_id, currency):
        for line in _lines_behind(has.line):
            for payment in _payments_of(line):
                part = _part(has, payment, line, given)
                given.update(dict.fromkeys((has, payment, line), part.amount.minor))
                parts.append(part)
    return [part for part in parts if part.amount]


def _part(
    has: Credit, payment: Payment, line: BillLine, given: Counter[Payment | BillLine | Credit]
) -> Part:
    lines = lines_to_refund(payment)
    rooms = [has.left - given[has], refunds.refundable(payment).minor - given[payment]]
    if can_choose(lines):
        of_line = next(each.left.minor for each in lines if each.id == line.pk)
        rooms.append(of_line - given[line])
    amount = Money(max(0, min(rooms)), payment.currency)
    return Part(has, payment, line if can_choose(lines) else None, amount)


def _payments_of(line: BillLine) -> list[Payment]:
    paid = Payment.objects.filter(bill=line.bill_id, state=Payment.SUCCEEDED)
    return list(paid.select_related("bill").order_by("pk"))


def _lines_behind(line: BillLine) -> Iterator[BillLine]:
    """That line, and then those whose worth paid a part of its bill, and so on."""
    waiting = [line]
    while waiting:
        line = waiting.pop(0)
        yield line
        uses = CreditUse.objects.filter(bill=line.bill_id, void=False).select_related(
            "credit__line"
        )
        waiting += [use.credit.line for use in uses.order_by("pk")]
        for change in Change.objects.filter(bill=line.bill_id, state=Change.DONE):
            waiting += _lines_given_up(change)


def _lines_given_up(change: Change) -> list[BillLine]:
    """What had paid for the time that a change to another plan cut short."""
    cut = Period.objects.filter(
        subscription=change.subscription_id, ends_at=change.at, void=False
    ).first()
    if cut is None:
        return []
    return list(BillLine.objects.filter(bill=cut.bill_id, position=cut.position))
