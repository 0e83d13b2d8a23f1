"""Which bills are charged now, by which method; what waits, and what cannot be charged at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from wainwright.billing import arrears, dunning
from wainwright.billing.arrears import Due
from wainwright.billing.models import Subscription
from wainwright.billing.rulebook import RuleBook
from wainwright.payments import attempts, calls, schemes
from wainwright.payments.gateways.base import Decline, Intent, Series
from wainwright.payments.models import Bill, Method, Payment


@dataclass
class Owed:
    """An open bill and the locked subscriptions that owe it; `tried` if it was charged before."""

    bill: Bill
    debtors: list[Subscription]
    tried: bool = False

    @property
    def method(self) -> Method | None:
        method: Method | None = self.debtors[0].method
        return method


def attempts_for(owed: Sequence[Owed]) -> list[Payment]:
    """Prepared attempts for what can be charged now; for the rest, what that means is noted.

    Call inside a transaction.
    """
    before = [each for each in owed if each.tried]
    unanswered, refused = _unanswered(before), _last_declines(before)
    agreed = arrears.due_of([each.bill for each in before])
    forbidden = schemes.forbidden({each.method for each in owed if each.method is not None})
    prepared = []
    for each in owed:
        last, due = refused.get(each.bill.pk), agreed.get(each.bill.pk)
        if each.tried and each.bill.customer_id in unanswered:
            dunning.wait_for_answer(each.debtors)
        elif due is not None and due.next_at is not None:
            dunning.wait_until(each.debtors, due.next_at)
        elif _is_spent(each, last):
            dunning.give_up(each.debtors, then=RuleBook.read().of(each.debtors[0].product_id).then)
        elif each.bill.gross and not _can_pay(each.method, last):
            decline = last.decline if last else Decline.METHOD_GONE
            dunning.note_failure(each.debtors, payment_id=None, decline=decline)
        elif each.bill.gross and each.method and each.method.pk in forbidden:
            dunning.wait_for_scheme(each.debtors)
        elif each.bill.gross and each.method and calls.rests(each.method.connection):
            dunning.wait_for_gateway(each.debtors)
        else:
            prepared.append(_attempt(each, due))
    return prepared


def _is_spent(owed: Owed, last: Payment | None) -> bool:
    """Whether only its grace was left and is over; a method given meanwhile is tried first."""
    if not owed.tried or not dunning.has_no_try_left(owed.debtors[0]):
        return False
    method = owed.method
    if method is None or method.gone_at is not None:
        return True
    return last is not None and last.method_id == method.pk and not dunning.is_to_try_soon(last)


def _can_pay(method: Method | None, last: Payment | None) -> bool:
    """Whether another try makes sense: not where only another method can mend it."""
    if method is None or method.gone_at is not None:
        return False
    return last is None or last.method_id != method.pk or last.decline not in dunning.POINTLESS


def _unanswered(owed: Sequence[Owed]) -> set[int | None]:
    """Who has an attempt under way: for a bill of these, or for one that these took the place of.

    Such an attempt may have moved money already; nothing new is charged until it is known.
    """
    if not owed:
        return set()
    payers = [each.bill.customer_id for each in owed]
    ours = Q(bill__in=[each.bill for each in owed]) | Q(bill__state=Bill.VOID)
    rows = Payment.objects.filter(
        ours, customer_id__in=payers, purpose=Payment.RENEWAL, state__in=Payment.IN_FLIGHT
    )
    return set(rows.values_list("customer_id", flat=True))


def _last_declines(owed: Sequence[Owed]) -> dict[int | None, Payment]:
    """The last refused attempt of each bill."""
    if not owed:
        return {}
    rows = Payment.objects.filter(bill__in=[each.bill for each in owed], state=Payment.DECLINED)
    return {payment.bill_id: payment for payment in rows.order_by("pk")}


def _attempt(owed: Owed, agreed: Due | None) -> Payment:
    bill, first = owed.bill, owed.debtors[0]
    method = owed.method if bill.gross else None
    split = all(each.payments_total is not None for each in owed.debtors)
    names = ", ".join(each.name for each in owed.debtors)
    return attempts.prepared(
        business_id=bill.business_id,
        purpose=Payment.RENEWAL,
        intent=Intent.PAY,
        amount=agreed.now if agreed else bill.total,
        part=agreed is not None and agreed.leaves_rest,
        bill=bill,
        connection=method.connection if method else None,
        method=method,
        customer_id=bill.customer_id,
        subject=first.public_id,
        raw={
            "description": names[:100],
            "series": Series.INSTALLMENT if split else Series.RECURRING,
        },
    )
